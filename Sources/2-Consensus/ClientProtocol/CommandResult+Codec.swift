public import BinaryCodec

extension CommandResult: BinaryCoded {
  private enum Code {
    static let put: UInt8 = 1
    static let deleted: UInt8 = 2
    static let transaction: UInt8 = 3
    static let compacted: UInt8 = 4
    static let session: UInt8 = 5
    static let refused: UInt8 = 6
  }

  public var encodedSize: Int {
    switch outcome {
    case .put(let previous): 10 + (previous?.encodedSize ?? 0)
    case .deleted(_, let previous): 17 + previous.encodedSize
    case .transaction(let result): 9 + result.encodedSize
    case .compacted, .session, .refused: 18
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(revision.number)
    switch outcome {
    case .put(let previous):
      writer.write(Code.put)
      writer.write(optional: previous) { $1.write(to: &$0) }
    case .deleted(let count, let previous):
      writer.write(Code.deleted)
      writer.write(count)
      previous.write(to: &writer)
    case .transaction(let result):
      writer.write(Code.transaction)
      result.write(to: &writer)
    case .compacted: writer.write(Code.compacted)
    case .session(let id):
      writer.write(Code.session)
      writer.write(id)
    case .refused(let refusal):
      writer.write(Code.refused)
      refusal.write(to: &writer)
    }
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    let revision = Revision(try reader.readUInt64())
    self.init(revision: revision, outcome: try Self.readOutcome(from: &reader))
  }

  private static func readOutcome(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> Outcome {
    let code = try reader.readUInt8()
    switch code {
    case Code.put:
      return .put(previous: try reader.readBool() ? try KeyValue(from: &reader) : nil)
    case Code.deleted:
      let count = try reader.readUInt64()
      return .deleted(count: count, previous: try [KeyValue](from: &reader))
    case Code.transaction:
      var budget = Limits.steps
      return .transaction(
        try TransactionResult(from: &reader, nesting: 1, budget: &budget))
    case Code.compacted: return .compacted
    case Code.session: return .session(try reader.readUInt64())
    case Code.refused: return .refused(try StoreRefusal(from: &reader))
    default: throw .unknown("outcome", value: UInt64(code))
    }
  }
}

extension TransactionResult {
  private enum Code {
    static let put: UInt8 = 1
    static let deleted: UInt8 = 2
    static let range: UInt8 = 3
    static let transaction: UInt8 = 4
  }

  var encodedSize: Int {
    steps.reduce(5) { sum, step in
      switch step {
      case .put(let previous): sum + 2 + (previous?.encodedSize ?? 0)
      case .deleted(_, let previous): sum + 9 + previous.encodedSize
      case .range(let result): sum + 1 + result.encodedSize
      case .transaction(let inner): sum + 1 + inner.encodedSize
      }
    }
  }

  func write(to writer: inout ByteWriter) {
    writer.write(succeeded)
    writer.write(UInt32(steps.count))
    for step in steps {
      switch step {
      case .put(let previous):
        writer.write(Code.put)
        writer.write(optional: previous) { $1.write(to: &$0) }
      case .deleted(let count, let previous):
        writer.write(Code.deleted)
        writer.write(count)
        previous.write(to: &writer)
      case .range(let result):
        writer.write(Code.range)
        result.write(to: &writer)
      case .transaction(let inner):
        writer.write(Code.transaction)
        inner.write(to: &writer)
      }
    }
  }

  init(
    from reader: inout ByteReader, nesting: Int, budget: inout Int
  ) throws(DecodingFault) {
    guard nesting <= Limits.nesting else {
      throw .tooLong(length: nesting, limit: Limits.nesting)
    }
    let succeeded = try reader.readBool()
    let count = try reader.readCount(limit: budget)
    budget -= count
    var steps: [StepResult] = []
    for _ in 0..<count {
      let code = try reader.readUInt8()
      switch code {
      case Code.put:
        steps.append(
          .put(previous: try reader.readBool() ? try KeyValue(from: &reader) : nil))
      case Code.deleted:
        let deleted = try reader.readUInt64()
        steps.append(.deleted(count: deleted, previous: try [KeyValue](from: &reader)))
      case Code.range: steps.append(.range(try RangeResult(from: &reader)))
      case Code.transaction:
        steps.append(
          .transaction(
            try TransactionResult(from: &reader, nesting: nesting + 1, budget: &budget)))
      default: throw .unknown("step result", value: UInt64(code))
      }
    }
    self.init(succeeded: succeeded, steps: steps)
  }
}
