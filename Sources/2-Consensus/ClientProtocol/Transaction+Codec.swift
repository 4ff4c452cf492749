import BinaryCodec

extension Transaction {
  private enum Code {
    static let put: UInt8 = 1
    static let delete: UInt8 = 2
    static let range: UInt8 = 3
    static let transaction: UInt8 = 4
  }

  var encodedSize: Int {
    let conditions = compare.reduce(12) { $0 + $1.encodedSize }
    let successSize = success.reduce(conditions) { $0 + 1 + Self.encodedSize(of: $1) }
    return failure.reduce(successSize) { $0 + 1 + Self.encodedSize(of: $1) }
  }

  func write(to writer: inout ByteWriter) {
    writer.write(UInt32(compare.count))
    for condition in compare { condition.write(to: &writer) }
    for branch in [success, failure] {
      writer.write(UInt32(branch.count))
      for step in branch { Self.write(step, to: &writer) }
    }
  }

  /// - Parameters:
  ///   - nesting: how deep this one stands; 1 for the outermost.
  ///   - budget: how many comparisons and steps may still come.
  init(
    from reader: inout ByteReader, nesting: Int, budget: inout Int
  ) throws(DecodingFault) {
    guard nesting <= Limits.nesting else {
      throw .tooLong(length: nesting, limit: Limits.nesting)
    }
    self.init(compare: [], success: [], failure: [])
    for _ in 0..<(try Self.readCount(from: &reader, budget: &budget)) {
      compare.append(try Comparison(from: &reader))
    }
    success = try Self.readBranch(from: &reader, nesting: nesting, budget: &budget)
    failure = try Self.readBranch(from: &reader, nesting: nesting, budget: &budget)
  }

  private static func readBranch(
    from reader: inout ByteReader, nesting: Int, budget: inout Int
  ) throws(DecodingFault) -> [Step] {
    let count = try readCount(from: &reader, budget: &budget)
    var steps: [Step] = []
    steps.reserveCapacity(count)
    for _ in 0..<count {
      steps.append(try readStep(from: &reader, nesting: nesting, budget: &budget))
    }
    return steps
  }

  private static func readCount(
    from reader: inout ByteReader, budget: inout Int
  ) throws(DecodingFault) -> Int {
    let count = try reader.readCount(limit: budget)
    budget -= count
    return count
  }

  private static func encodedSize(of step: Step) -> Int {
    switch step {
    case .put(let put): put.encodedSize
    case .delete(let delete): 1 + delete.range.encodedSize
    case .range(let query): query.encodedSize
    case .transaction(let inner): inner.encodedSize
    }
  }

  private static func write(_ step: Step, to writer: inout ByteWriter) {
    switch step {
    case .put(let put):
      writer.write(Code.put)
      put.write(to: &writer)
    case .delete(let delete):
      writer.write(Code.delete)
      delete.write(to: &writer)
    case .range(let query):
      writer.write(Code.range)
      query.write(to: &writer)
    case .transaction(let inner):
      writer.write(Code.transaction)
      inner.write(to: &writer)
    }
  }

  private static func readStep(
    from reader: inout ByteReader, nesting: Int, budget: inout Int
  ) throws(DecodingFault) -> Step {
    let code = try reader.readUInt8()
    switch code {
    case Code.put: return .put(try Put(from: &reader))
    case Code.delete: return .delete(try Delete(from: &reader))
    case Code.range: return .range(try RangeQuery(from: &reader))
    case Code.transaction:
      return .transaction(
        try Transaction(from: &reader, nesting: nesting + 1, budget: &budget))
    default: throw .unknown("step", value: UInt64(code))
    }
  }
}

extension Comparison {
  private enum Code {
    static let version: UInt8 = 1
    static let createRevision: UInt8 = 2
    static let modRevision: UInt8 = 3
    static let value: UInt8 = 4
    static let lease: UInt8 = 5
  }

  var encodedSize: Int {
    switch target {
    case .value(let bytes): 6 + range.encodedSize + bytes.count
    case .version, .createRevision, .modRevision, .lease: 10 + range.encodedSize
    }
  }

  func write(to writer: inout ByteWriter) {
    range.write(to: &writer)
    writer.write(relation.rawValue)
    switch target {
    case .version(let number): Self.write(Code.version, number, to: &writer)
    case .createRevision(let revision):
      Self.write(Code.createRevision, revision.number, to: &writer)
    case .modRevision(let revision): Self.write(Code.modRevision, revision.number, to: &writer)
    case .value(let bytes):
      writer.write(Code.value)
      writer.write(sized: bytes)
    case .lease(let number): Self.write(Code.lease, number, to: &writer)
    }
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let range = try KeyRange(from: &reader)
    let relationCode = try reader.readUInt8()
    guard let relation = Relation(rawValue: relationCode) else {
      throw .unknown("relation", value: UInt64(relationCode))
    }
    self.init(range: range, relation: relation, target: try Self.readTarget(from: &reader))
  }

  private static func write(_ code: UInt8, _ number: UInt64, to writer: inout ByteWriter) {
    writer.write(code)
    writer.write(number)
  }

  private static func readTarget(from reader: inout ByteReader) throws(DecodingFault) -> Target {
    let code = try reader.readUInt8()
    switch code {
    case Code.version: return .version(try reader.readUInt64())
    case Code.createRevision: return .createRevision(Revision(try reader.readUInt64()))
    case Code.modRevision: return .modRevision(Revision(try reader.readUInt64()))
    case Code.value: return .value(try reader.readSized(limit: Limits.bytes))
    case Code.lease: return .lease(try reader.readUInt64())
    default: throw .unknown("comparison target", value: UInt64(code))
    }
  }
}
