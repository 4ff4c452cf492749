internal import CProcess
internal import Glibc
internal import Synchronization

/// Lines for whoever runs this program, written by a thread of their own: a reader that sleeps, a
/// terminal that is held, a disk that makes its writers wait stop that thread, and nobody else.
///
/// What finds no room is counted, and a line says later how many are missing. A writer lives as
/// long as the process.
package final class LineWriter: TextOutputStream, Sendable {
  private struct Queue {
    var bytes: [UInt8] = []
    /// Lines that found no room behind these bytes.
    var missing = 0
    /// Whether the thread has something in hand.
    var isWriting = false

    var isEmpty: Bool { bytes.isEmpty && missing == 0 }

    mutating func closeGap(of program: String) {
      guard missing > 0 else { return }
      let words = "lines are missing here: nobody took those before them in time"
      bytes.append(contentsOf: "\(program): \(missing) \(words)\n".utf8)
      missing = 0
    }
  }

  private let program: String
  private let descriptor: Int32
  private let queue = Mutex(Queue())
  /// Counts how often the queue ceased to be empty; the thread sleeps on it.
  nonisolated(unsafe) private let arrivals = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  /// - Parameters:
  ///   - program: its name, at the head of what the writer says by itself.
  ///   - descriptor: where the lines go.
  package init(program: String, to descriptor: Int32 = STDERR_FILENO) {
    self.program = program
    self.descriptor = descriptor
    sem_init(arrivals, 0, 0)
    let code = process_start_thread(
      "lines",
      { context in
        if let context { Unmanaged<LineWriter>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    precondition(code == 0, "pthread_create for the lines of \(program): errno \(code)")
  }

  /// Hands over whole lines, each with its line feed. Never waits.
  package func write(_ lines: String) { add(lines, beyond: false) }

  /// Hands over a last line, also where there is no room, and returns once all is written, or
  /// nobody has taken it for a second.
  package func finish(_ last: String = "") {
    if !last.isEmpty { add(last + "\n", beyond: true) }
    for _ in 0..<Limits.patienceInMilliseconds {
      if queue.withLock({ $0.isEmpty && !$0.isWriting }) { return }
      usleep(1000)
    }
  }

  private func add(_ lines: String, beyond: Bool) {
    let isFirst = queue.withLock { queue in
      defer { put(lines, into: &queue, beyond: beyond) }
      return queue.isEmpty
    }
    if isFirst { sem_post(arrivals) }
  }

  private func put(_ lines: String, into queue: inout Queue, beyond: Bool) {
    if beyond {
      queue.closeGap(of: program)
    } else if queue.missing > 0 || queue.bytes.count + lines.utf8.count > Limits.queueBytes {
      // Behind the first that is missing all are: the line that counts them stands in their place.
      queue.missing += 1
      return
    }
    queue.bytes.append(contentsOf: lines.utf8)
  }

  private func run() {
    while true {
      while sem_wait(arrivals) != 0 {}
      let bytes = queue.withLock { queue in
        queue.closeGap(of: program)
        queue.isWriting = true
        defer { queue.bytes = [] }
        return queue.bytes
      }
      writeOut(bytes)
      queue.withLock { $0.isWriting = false }
    }
  }

  /// Whole lines at a time, as far as they fit into a piece.
  private func writeOut(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      var piece = rest.prefix(Limits.pieceBytes)
      if piece.count < rest.count, let end = piece.lastIndex(of: UInt8(ascii: "\n")) {
        piece = piece[...end]
      }
      let count = piece.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // Whoever shares the descriptor may have made it one that does not block.
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      } else if errno != EINTR {
        // Nobody is left to tell.
        return
      }
    }
  }
}
