public import BinaryCodec
internal import RaftTypes

extension ClientCall: BinaryCoded {
  private enum Code {
    static let write: UInt8 = 1
    static let read: UInt8 = 2
    static let transferLeadership: UInt8 = 3
    static let takeSnapshot: UInt8 = 4
    static let clusterStatus: UInt8 = 5
    static let changeMembership: UInt8 = 6
    static let membership: UInt8 = 7
  }

  public var encodedSize: Int {
    switch request {
    case .write(let command): 18 + command.count
    case .read(let query, _): 15 + query.encodedSize
    case .transferLeadership, .takeSnapshot, .clusterStatus, .membership: 23
    case .changeMembership(let change): 15 + change.encodedSize
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(timeoutMilliseconds)
    writer.write(optional: minIndex) { $0.write($1.number) }
    switch request {
    case .write(let command):
      writer.write(Code.write)
      writer.write(sized: command)
    case .read(let query, let consistency):
      writer.write(Code.read)
      writer.write(consistency.rawValue)
      query.write(to: &writer)
    case .transferLeadership(let node):
      writer.write(Code.transferLeadership)
      writer.write(optional: node) { $0.write($1.number) }
    case .takeSnapshot: writer.write(Code.takeSnapshot)
    case .clusterStatus: writer.write(Code.clusterStatus)
    case .changeMembership(let change):
      writer.write(Code.changeMembership)
      change.write(to: &writer)
    case .membership: writer.write(Code.membership)
    }
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    let timeout = try reader.readUInt32()
    let minIndex = try reader.readBool() ? LogIndex(try reader.readUInt64()) : nil
    self.init(
      try Self.readRequest(from: &reader), minIndex: minIndex, timeoutMilliseconds: timeout)
  }

  private static func readRequest(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> ClientRequest {
    let code = try reader.readUInt8()
    switch code {
    case Code.write: return .write(try reader.readSized(limit: Limits.bytes))
    case Code.read:
      let consistencyCode = try reader.readUInt8()
      guard let consistency = Consistency(rawValue: consistencyCode) else {
        throw .unknown("consistency", value: UInt64(consistencyCode))
      }
      return .read(try RangeQuery(from: &reader), consistency)
    case Code.transferLeadership:
      return .transferLeadership(
        to: try reader.readBool() ? NodeID(try reader.readUInt64()) : nil)
    case Code.takeSnapshot: return .takeSnapshot
    case Code.clusterStatus: return .clusterStatus
    case Code.changeMembership: return .changeMembership(try MembershipChange(from: &reader))
    case Code.membership: return .membership
    default: throw .unknown("request", value: UInt64(code))
    }
  }
}
