public import BinaryCodec

extension KeyValue: BinaryCoded {
  public var encodedSize: Int { 41 + key.count + value.count }

  public func write(to writer: inout ByteWriter) {
    writer.write(sized: key)
    writer.write(sized: value)
    writer.write(createRevision.number)
    writer.write(modRevision.number)
    writer.write(version)
    lease.write(to: &writer)
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    self.init(
      key: try reader.readSized(limit: Limits.bytes),
      value: try reader.readSized(limit: Limits.bytes),
      createRevision: Revision(try reader.readUInt64()),
      modRevision: Revision(try reader.readUInt64()), version: try reader.readUInt64(),
      lease: try LeaseID?(from: &reader))
  }
}

extension LeaseID? {
  func write(to writer: inout ByteWriter) { writer.write(optional: self) { $0.write($1.number) } }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    self = try reader.readBool() ? LeaseID(try reader.readUInt64()) : nil
  }
}

extension [KeyValue] {
  var encodedSize: Int { reduce(4) { $0 + $1.encodedSize } }

  func write(to writer: inout ByteWriter) {
    writer.write(UInt32(count))
    for item in self { item.write(to: &writer) }
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let count = try reader.readCount(limit: reader.remaining / Limits.itemBytes)
    self = []
    for _ in 0..<count { append(try KeyValue(from: &reader)) }
  }
}

extension KeyRange {
  private enum EndCode {
    static let single: UInt8 = 0
    static let before: UInt8 = 1
    static let unbounded: UInt8 = 2
  }

  var encodedSize: Int {
    switch end {
    case .single, .unbounded: 5 + start.count
    case .before(let bound): 9 + start.count + bound.count
    }
  }

  func write(to writer: inout ByteWriter) {
    writer.write(sized: start)
    switch end {
    case .single: writer.write(EndCode.single)
    case .before(let bound):
      writer.write(EndCode.before)
      writer.write(sized: bound)
    case .unbounded: writer.write(EndCode.unbounded)
    }
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let start = try reader.readSized(limit: Limits.bytes)
    let code = try reader.readUInt8()
    switch code {
    case EndCode.single: self.init(start: start, end: .single)
    case EndCode.before:
      self.init(start: start, end: .before(try reader.readSized(limit: Limits.bytes)))
    case EndCode.unbounded: self.init(start: start, end: .unbounded)
    default: throw .unknown("range end", value: UInt64(code))
    }
  }
}
