internal import Glibc
internal import JSONText

/// The product's own observer, running in a host of its own, and what it has seen.
final class SegmentWatch {
  /// One conclusion of `kvctl vip observe -o json`.
  struct Finding: Equatable, Sendable {
    var name = ""
    /// Nanoseconds of CLOCK_BOOTTIME; 0 in the summary.
    var at: UInt64 = 0
    var begin: UInt64 = 0
    var questions: UInt64 = 0
    var frames: UInt64 = 0
  }

  private let process: ChildProcess
  private let path: String

  /// Watches from now on.
  init(
    _ lab: Lab, address: String = LabPlan.virtualAddress, log path: String, group: pid_t
  ) throws(LiveFailure) {
    self.path = path
    process = try ChildProcess(
      [
        "nsenter", "--net=/run/netns/\(LabPlan.observer)", lab.kvctl, "vip", "observe",
        "--interface", "eth0", "--address", address, "-o", "json",
      ], log: path, group: group)
  }

  /// All conclusions until now.
  var findings: [Finding] {
    TextFile.read(path).split(separator: "\n").compactMap { Self.finding(Array($0.utf8)) }
  }

  /// Ends the observation; nil when it was none: it must have asked, and heard.
  func end() async -> Finding? {
    process.signal(SIGTERM)
    _ = await process.ended(within: .seconds(5))
    let summary = findings.last { $0.name == "summary" }
    guard let summary, summary.questions > 0, summary.frames > 0 else { return nil }
    return summary
  }

  /// What it complained of, if it ended by itself.
  var complaint: String? {
    process.ended() == nil ? nil : String(TextFile.read(path).suffix(300))
  }

  static func finding(_ line: [UInt8]) -> Finding? {
    var finding = Finding()
    var scanner = JSONScanner(line)
    do {
      try scanner.beginObject()
      while let name = try scanner.nextMember() {
        switch name {
        case "finding": finding.name = try scanner.readString()
        case "at": finding.at = try scanner.readUInt64()
        case "begin": finding.begin = try scanner.readUInt64()
        case "questions": finding.questions = try scanner.readUInt64()
        case "frames": finding.frames = try scanner.readUInt64()
        default: _ = try scanner.skipValue()
        }
      }
    } catch { return nil }
    return finding
  }
}
