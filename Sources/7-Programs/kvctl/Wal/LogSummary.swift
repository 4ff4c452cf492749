internal import JSONText
internal import RaftTypes
internal import WriteAheadLog

/// What `wal verify` counted.
struct LogSummary: Equatable {
  private(set) var identity = ""
  private(set) var segments = 0
  private(set) var records = 0
  private(set) var entries = 0
  private(set) var snapshots = 0
  private(set) var first: LogPosition?
  private(set) var last: LogPosition?
  /// Where a write was interrupted.
  private(set) var tornTail: String?
  /// One line for each finding that a healthy directory has not.
  private(set) var troubles: [String] = []

  mutating func count(_ finding: LogFinding) {
    if finding.isTrouble { troubles.append(contentsOf: finding.dump(as: .simple).prefix(1)) }
    switch finding {
    case .identity(let found): identity = "\(found)"
    case .ballot, .damage, .faulty: break
    case .snapshot: snapshots += 1
    case .segment: segments += 1
    case .record(let record, let found):
      records += 1
      entries += found.count
      if first == nil { first = record.first }
      // A record that fills faulty slots lies before the end of the log.
      if !record.isFill { last = record.last }
    case .tornTail(let path, let offset): tornTail = "\(path) at byte \(offset)"
    }
  }

  var lines: [String] {
    var lines = [identity]
    let span = first.flatMap { first in last.map { "\(first) to \($0)" } } ?? "empty"
    lines.append(
      "log       \(Figures.grouped(entries)) entries in \(Figures.grouped(records)) records and "
        + "\(segments) segments: \(span)")
    lines.append("snapshots \(snapshots)")
    if let tornTail { lines.append("torn tail \(tornTail): the next start cuts it off") }
    lines += troubles.map { Terminal.styled($0, .red) }
    if troubles.isEmpty { lines.append(Terminal.styled("sound", .green)) }
    return lines
  }

  var document: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("identity", identity)
    writer.member("segments", UInt64(segments))
    writer.member("records", UInt64(records))
    writer.member("entries", UInt64(entries))
    writer.member("snapshots", UInt64(snapshots))
    writer.member("first_index", first?.index.number ?? 0)
    writer.member("last_index", last?.index.number ?? 0)
    writer.name("torn_tail")
    if let tornTail { writer.value(tornTail) } else { writer.null() }
    writer.name("troubles")
    writer.beginArray()
    for trouble in troubles { writer.value(trouble) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}
