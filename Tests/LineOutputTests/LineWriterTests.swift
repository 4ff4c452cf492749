import Glibc
import Testing

@testable import LineOutput

@Suite("Lines for whoever reads them", .timeLimit(.minutes(1)))
struct LineWriterTests {
  /// A pipe with a writer of lines at its one end.
  private final class Scene {
    private(set) var reader: Int32
    let lines: LineWriter
    let end: Int32

    init() throws {
      signal(SIGPIPE, SIG_IGN)
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      (reader, end) = (ends[0], ends[1])
      lines = LineWriter(program: "test", to: end)
    }

    // The thread of the writer stays, and its end of the pipe with it.
    deinit { hangUp() }

    func hangUp() {
      if reader >= 0 { close(reader) }
      reader = -1
    }

    /// Reads until a line begins so.
    func read(until last: String) -> [Substring] {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = Glibc.read(reader, &buffer, buffer.count)
        guard count > 0 else { return [] }
        bytes += buffer[..<count]
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        if bytes.last == UInt8(ascii: "\n"), lines.last?.hasPrefix(last) == true { return lines }
      }
    }
  }

  private static func line(_ number: Int) -> String {
    "line \(number) " + String(repeating: "x", count: number % 300) + "\n"
  }

  @Test("who writes lines never waits for who reads them, and all come in order, whole")
  func order() throws {
    let scene = try Scene()
    // Several times what the pipe holds, and less than the queue does.
    for number in 0..<3000 { scene.lines.write(Self.line(number)) }
    scene.lines.write("end\n")
    let read = scene.read(until: "end").dropLast()
    #expect(read.map { "\($0)\n" } == (0..<3000).map(Self.line))
  }

  @Test("nobody reads: what finds no room is dropped, and counted where it is missing")
  func fullQueue() throws {
    let scene = try Scene()
    let count = 100_000
    for number in 0..<count { scene.lines.write(Self.line(number)) }
    // Meanwhile nobody has taken anything; now somebody does, and what comes then has room again.
    let before = scene.read(until: "test: ")
    scene.lines.write("afterwards\n")
    let after = scene.read(until: "afterwards")
    let kept = before.dropLast()
    #expect(kept.map { "\($0)\n" } == (0..<kept.count).map(Self.line))
    #expect(kept.reduce(0) { $0 + $1.utf8.count + 1 } <= 2 * Limits.queueBytes + (1 << 16))
    let notice = "test: \(count - kept.count) lines are missing here"
    #expect(before.last?.hasPrefix(notice) == true, "\(before.last ?? "")")
    #expect(after == ["afterwards"])
  }

  @Test("a line that is longer than the whole queue is counted like others")
  func longLine() throws {
    let scene = try Scene()
    scene.lines.write(String(repeating: "x", count: Limits.queueBytes) + "\n")
    #expect(scene.read(until: "test: ").first?.hasPrefix("test: 1 lines are missing") == true)
    scene.lines.write("afterwards\n")
    #expect(scene.read(until: "afterwards") == ["afterwards"])
  }

  @Test("everything stands before the last line, and that is written before finish returns")
  func finish() throws {
    let scene = try Scene()
    for number in 0..<100 { scene.lines.write(Self.line(number)) }
    scene.lines.finish("the reason")
    var unread: Int32 = 0
    _ = ioctl(scene.reader, UInt(FIONREAD), &unread)
    let all = (0..<100).map(Self.line) + ["the reason\n"]
    #expect(Int(unread) == all.reduce(0) { $0 + $1.utf8.count })
    #expect(scene.read(until: "the reason").map { "\($0)\n" } == all)
  }

  @Test("finish gives up on a reader that sleeps, and the last line comes even behind a full queue")
  func hopelessFinish() throws {
    let scene = try Scene()
    for number in 0..<100_000 { scene.lines.write(Self.line(number)) }
    scene.lines.finish("the reason")
    let read = scene.read(until: "the reason")
    #expect(read.dropLast().last?.hasPrefix("test: ") == true)
    #expect(read.last == "the reason")
  }

  @Test("a descriptor that does not block loses nothing")
  func nonBlocking() throws {
    let scene = try Scene()
    let flags = fcntl(scene.end, F_GETFL)
    try #require(fcntl(scene.end, F_SETFL, flags | O_NONBLOCK) == 0)
    for number in 0..<3000 { scene.lines.write(Self.line(number)) }
    scene.lines.write("end\n")
    #expect(scene.read(until: "end").count == 3001)
  }

  @Test("lines do not end with a reader that is gone")
  func noReader() throws {
    let scene = try Scene()
    scene.hangUp()
    scene.lines.write("nobody hears this\n")
    scene.lines.finish()
  }
}
