public import BinaryCodec

/// ```
/// flags u8 (1: stamped) | [session u64 | sequence u64] | operation u8 | its fields
/// ```
extension Command: BinaryCoded {
  private enum Code {
    static let put: UInt8 = 1
    static let delete: UInt8 = 2
    static let transaction: UInt8 = 3
    static let compact: UInt8 = 4
    static let session: UInt8 = 5
  }

  public var encodedSize: Int {
    switch operation {
    case .put(let put): 18 + put.encodedSize
    case .delete(let delete): 19 + delete.range.encodedSize
    case .transaction(let transaction): 18 + transaction.encodedSize
    case .compact, .session: 27
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(stamp != nil)
    if let stamp {
      writer.write(stamp.session)
      writer.write(stamp.sequence)
    }
    switch operation {
    case .put(let put):
      writer.write(Code.put)
      put.write(to: &writer)
    case .delete(let delete):
      writer.write(Code.delete)
      delete.write(to: &writer)
    case .transaction(let transaction):
      writer.write(Code.transaction)
      transaction.write(to: &writer)
    case .compact(let revision):
      writer.write(Code.compact)
      writer.write(revision.number)
    case .session(let operation):
      writer.write(Code.session)
      operation.write(to: &writer)
    }
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    var stamp: SessionStamp?
    if try reader.readBool() {
      stamp = SessionStamp(
        session: try reader.readUInt64(), sequence: try reader.readUInt64())
    }
    let code = try reader.readUInt8()
    switch code {
    case Code.put: self.init(.put(try Put(from: &reader)), stamp: stamp)
    case Code.delete: self.init(.delete(try Delete(from: &reader)), stamp: stamp)
    case Code.transaction:
      var budget = Limits.steps
      let transaction = try Transaction(from: &reader, nesting: 1, budget: &budget)
      self.init(.transaction(transaction), stamp: stamp)
    case Code.compact:
      self.init(.compact(Revision(try reader.readUInt64())), stamp: stamp)
    case Code.session:
      guard stamp == nil else { throw .inconsistent("a session operation is never stamped") }
      self.init(.session(try SessionOperation(from: &reader)))
    default: throw .unknown("operation", value: UInt64(code))
    }
  }
}

extension Put {
  var encodedSize: Int { 18 + key.count + value.count }

  func write(to writer: inout ByteWriter) {
    lease.write(to: &writer)
    writer.write(wantsPrevious)
    writer.write(sized: key)
    writer.write(sized: value)
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let lease = try LeaseID?(from: &reader)
    let wantsPrevious = try reader.readBool()
    self.init(
      key: try reader.readSized(limit: Limits.bytes),
      value: try reader.readSized(limit: Limits.bytes), lease: lease,
      wantsPrevious: wantsPrevious)
  }
}

extension Delete {
  func write(to writer: inout ByteWriter) {
    writer.write(wantsPrevious)
    range.write(to: &writer)
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let wantsPrevious = try reader.readBool()
    self.init(range: try KeyRange(from: &reader), wantsPrevious: wantsPrevious)
  }
}

extension SessionOperation {
  private enum Code {
    static let open: UInt8 = 1
    static let renew: UInt8 = 2
    static let close: UInt8 = 3
  }

  func write(to writer: inout ByteWriter) {
    switch self {
    case .open(let timeToLive):
      writer.write(Code.open)
      writer.write(timeToLive)
    case .renew(let session):
      writer.write(Code.renew)
      writer.write(session)
    case .close(let session):
      writer.write(Code.close)
      writer.write(session)
    }
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let code = try reader.readUInt8()
    let number = try reader.readUInt64()
    switch code {
    case Code.open: self = .open(timeToLive: number)
    case Code.renew: self = .renew(number)
    case Code.close: self = .close(number)
    default: throw .unknown("session operation", value: UInt64(code))
    }
  }
}
