internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import RaftTypes

extension ReplyReader {
  static func put(_ scanner: inout JSONScanner) throws(JSONFault) -> PutAnswer {
    var revision: UInt64?
    var previous: KeyValue?
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "revision": revision = try scanner.readUInt64()
      case "previous": previous = try optionalKeyValue(&scanner)
      default: return false
      }
      return true
    }
    return PutAnswer(revision: Revision(try required(revision, "revision")), previous: previous)
  }

  static func delete(_ scanner: inout JSONScanner) throws(JSONFault) -> DeleteAnswer {
    var revision: UInt64?
    var count: UInt64?
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "revision": revision = try scanner.readUInt64()
      case "deleted": count = try scanner.readUInt64()
      default: return false
      }
      return true
    }
    return DeleteAnswer(
      revision: Revision(try required(revision, "revision")), count: try required(count, "deleted"))
  }

  static func range(_ scanner: inout JSONScanner) throws(JSONFault) -> RangeResult {
    try page(&scanner).result
  }

  static func page(_ scanner: inout JSONScanner) throws(JSONFault) -> RangePage {
    var items: [KeyValue] = []
    var count: UInt64?
    var more = false
    var revision: UInt64?
    var cursor: Bytes?
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "cursor": cursor = try scanner.readBytes()
      case "items": items = try keyValues(&scanner)
      case "count": count = try scanner.readUInt64()
      case "more": more = try scanner.readBool()
      case "revision": revision = try scanner.readUInt64()
      default: return false
      }
      return true
    }
    let result = RangeResult(
      items: items, count: try required(count, "count"), more: more,
      readRevision: Revision(try required(revision, "revision")))
    return RangePage(result: result, cursor: cursor)
  }

  static func snapshot(_ scanner: inout JSONScanner) throws(JSONFault) -> SnapshotAnswer {
    var term: UInt64?
    var index: UInt64?
    var bytes: UInt64?
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "term": term = try scanner.readUInt64()
      case "index": index = try scanner.readUInt64()
      case "bytes": bytes = try scanner.readUInt64()
      default: return false
      }
      return true
    }
    return SnapshotAnswer(
      position: LogPosition(
        term: Term(try required(term, "term")), index: LogIndex(try required(index, "index"))),
      bytes: try required(bytes, "bytes"))
  }

  static func required<Value>(_ value: Value?, _ name: String) throws(JSONFault) -> Value {
    guard let value else { throw .expected("the member '\(name)'", at: 0) }
    return value
  }
}

/// A page, and what to ask for the next one with; nil: it was the last.
struct RangePage {
  let result: RangeResult
  let cursor: Bytes?
}
