internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import RaftTypes
internal import WriteAheadLog

extension LogFinding {
  /// One line for the finding; for a record, one for each of its entries.
  func dump(as format: OutputFormat) -> [String] {
    switch format {
    case .simple, .table: plainLines
    case .json: jsonLines
    }
  }

  private var plainLines: [String] {
    switch self {
    case .identity(let identity): return ["\(identity)"]
    case .ballot(let ballot, let lost):
      return ["ballot    \(ballot.text)\(lost.isEmpty ? "" : ", lost copies \(lost)")"]
    case .snapshot(let file):
      let hash = Figures.hash(file.descriptor.stateHash)
      return [
        "snapshot  \(file.descriptor.position) \(Figures.bytes(UInt64(file.size))) state \(hash)"
      ]
    case .segment(let segment):
      let reset = segment.isReset ? ", all before is void" : ""
      return ["segment   \(segment.path) after \(segment.base)\(reset)"]
    case .record(let record, let entries):
      let lost = record.lostIdentity.map {
        ["damaged   \(record.path) at byte \($0): one of the record's two identities is lost"]
      }
      return (lost ?? []) + entries.map { "\(record.isFill ? "fill  " : "")\($0.text)" }
    case .faulty(let record):
      return [
        "faulty    \(record.first) to \(record.last): the body at \(record.path) byte "
          + "\(record.offset) rotted"
      ]
    case .tornTail(let path, let offset): return ["torn tail \(path) at byte \(offset)"]
    case .damage(let damage): return ["damage    \(damage)"]
    }
  }

  private var jsonLines: [String] {
    if case .record(let record, let entries) = self {
      return entries.map { entry in
        object("entry") { writer in
          writer.member("index", entry.index.number)
          writer.member("term", entry.term.number)
          writer.member("time_ms", entry.logTime.milliseconds)
          writer.member("does", entry.payload.kind)
          writer.member("bytes", UInt64(entry.payload.size))
          writer.member("segment", record.path)
          writer.member("offset", UInt64(record.offset))
          writer.member("fill", record.isFill)
        }
      }
    }
    return [object(kind) { $0.member("text", plainLines[0]) }]
  }

  private var kind: String {
    switch self {
    case .identity: "identity"
    case .ballot: "ballot"
    case .snapshot: "snapshot"
    case .segment: "segment"
    case .record: "entry"
    case .faulty: "faulty"
    case .tornTail: "torn_tail"
    case .damage: "damage"
    }
  }

  private func object(_ kind: String, _ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("kind", kind)
    body(&writer)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

extension Entry {
  fileprivate var text: String {
    "\(position) \(logTime.milliseconds) ms  \(payload.kind) \(payload.size) bytes"
  }
}

extension Payload {
  fileprivate var kind: String {
    switch self {
    case .genesis: "genesis"
    case .termStart: "term_start"
    case .membership: "membership"
    case .command(let bytes): "command \(CommandText.summary(bytes))"
    case .address: "address"
    case .snapshotMark: "snapshot_mark"
    }
  }

  fileprivate var size: Int {
    switch self {
    case .command(let bytes), .termStart(claim: let bytes), .address(let bytes): bytes.count
    case .genesis, .membership, .snapshotMark: 0
    }
  }
}

extension Ballot? {
  fileprivate var text: String {
    guard let self else { return "lost: the next start renews the disk's incarnation" }
    return "term \(self.term.number), vote \(self.vote.map { "\($0)" } ?? "none")"
  }
}
