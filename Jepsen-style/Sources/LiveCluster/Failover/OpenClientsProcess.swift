/// `faultlab clients`, running beside a round: clients that are connected when it begins.
final class OpenClientsProcess {
  /// Idle ones, as asked for, and some that write.
  static let writing = 10

  private let process: ChildProcess
  private let output: String
  private let count: Int

  /// Connects them; returns when all are connected and the holder has told the others of them.
  init(
    idle: Int, to door: String, output: String, janitor: Janitor
  ) async throws(LiveFailure) {
    guard let program = Programs.ownPath else { throw LiveFailure("/proc is not mounted") }
    self.output = output
    count = idle + Self.writing
    try TextFile.write("", to: output)
    process = try ChildProcess(
      [program, "clients", door, "--idle", "\(idle)", "--writing", "\(Self.writing)"],
      log: output, group: janitor.group)
    for _ in 0..<1000 where !TextFile.read(output).contains("connected\n") {
      try? await Task.sleep(for: .milliseconds(10))
    }
    guard process.ended() == nil else {
      throw LiveFailure("the clients ended: \(TextFile.read(output).suffix(300))")
    }
    // Several updates of the holder: it tells of its connections once a heartbeat interval.
    try? await Task.sleep(for: .milliseconds(300))
  }

  /// Waits for those who have not learned it yet, two seconds at most.
  func news(moved: UInt64) async -> ClientNews {
    _ = await process.ended(within: .seconds(2))
    process.end()
    let endings = TextFile.read(output).split(separator: "\n").compactMap {
      ClientEnding(line: $0)
    }
    return ClientNews(endings, of: count, moved: moved)
  }
}
