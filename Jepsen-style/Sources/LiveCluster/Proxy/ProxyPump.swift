internal import Faults
internal import Glibc
internal import RaftTypes
internal import Synchronization

/// The proxy's one thread: waits in poll(2), takes bytes in, and lets them out when they may.
final class ProxyPump: Sendable {
  private let table: Mutex<ProxyTable>
  private let isOver = Atomic<Bool>(false)
  /// A byte written to the second wakes the thread that polls the first.
  private let wake: (reads: Int32, writes: Int32)
  private let clock = Stopwatch()

  init(seed: UInt64) throws(LiveFailure) {
    table = Mutex(ProxyTable(seed: seed))
    var ends: [Int32] = [0, 0]
    let isMade = DescriptorGate.pass {
      guard pipe(&ends) == 0 else { return false }
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
      return true
    }
    guard isMade else { throw TextFile.failure("pipe", "of the proxy") }
    wake = (ends[0], ends[1])
  }

  func listen(
    for node: NodeID, at address: (host: String, port: UInt16), target: (host: String, port: UInt16)
  ) throws(LiveFailure) {
    let socket = try LoopbackSocket.listening(address.host, address.port)
    table.withLock {
      $0.listeners.append(ProxyTable.Listener(socket: socket, node: node, target: target))
    }
  }

  func set(_ trouble: LinkTrouble, on path: Path) {
    table.withLock { $0.troubles[path] = trouble == .none ? nil : trouble }
    awaken()
  }

  func effects(on path: Path) -> LinkEffects { table.withLock { $0.effects(on: path) } }

  func stop() {
    isOver.store(true, ordering: .releasing)
    awaken()
  }

  /// Until `stop`; then closes everything.
  func run() {
    while !isOver.load(ordering: .acquiring) {
      var (polls, deadline) = table.withLock { ($0.interests(), $0.deadline) }
      polls.append(pollfd(fd: wake.reads, events: Int16(POLLIN), revents: 0))
      _ = poll(&polls, nfds_t(polls.count), timeout(until: deadline))
      var bytes = [UInt8](repeating: 0, count: 64)
      while read(wake.reads, &bytes, bytes.count) > 0 {}
      let ready = Set(polls.lazy.filter { $0.revents != 0 }.map(\.fd))
      table.withLock { $0.serve(ready, at: clock.now) }
    }
    table.withLock { $0.closeAll() }
    close(wake.reads)
    close(wake.writes)
  }

  private func awaken() { _ = write(wake.writes, [1], 1) }

  // Rounded up: a frame that leaves a little late is better than a thread that spins.
  private func timeout(until deadline: UInt64?) -> Int32 {
    guard let deadline else { return 1000 }
    let now = clock.now
    return deadline > now ? Int32(min(1000, (deadline - now + 999_999) / 1_000_000)) : 0
  }
}
