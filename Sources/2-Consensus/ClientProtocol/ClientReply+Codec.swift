public import BinaryCodec
internal import RaftTypes

extension ClientReply: BinaryCoded {
  private enum Code {
    static let written: UInt8 = 1
    static let range: UInt8 = 2
    static let transferred: UInt8 = 3
    static let snapshotTaken: UInt8 = 4
    static let status: UInt8 = 5
    static let failed: UInt8 = 6
    static let membership: UInt8 = 7
  }

  public var encodedSize: Int {
    switch body {
    case .written(let result): 33 + result.encodedSize
    case .range(let result): 33 + result.encodedSize
    case .transferred, .snapshotTaken: 57
    case .status(let status): 33 + status.encodedSize
    case .membership(let view): 33 + view.encodedSize
    case .failed(let error): 33 + error.encodedSize
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(stamp.node.number)
    writer.write(stamp.term.number)
    writer.write(stamp.index.number)
    writer.write(stamp.revision.number)
    switch body {
    case .written(let result):
      writer.write(Code.written)
      result.write(to: &writer)
    case .range(let result):
      writer.write(Code.range)
      result.write(to: &writer)
    case .transferred(let node):
      writer.write(Code.transferred)
      writer.write(node.number)
    case .snapshotTaken(let position, let bytes):
      writer.write(Code.snapshotTaken)
      writer.write(position.term.number)
      writer.write(position.index.number)
      writer.write(bytes)
    case .status(let status):
      writer.write(Code.status)
      status.write(to: &writer)
    case .membership(let view):
      writer.write(Code.membership)
      view.write(to: &writer)
    case .failed(let error):
      writer.write(Code.failed)
      error.write(to: &writer)
    }
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    let stamp = ReplyStamp(
      node: NodeID(try reader.readUInt64()), term: Term(try reader.readUInt64()),
      index: LogIndex(try reader.readUInt64()), revision: Revision(try reader.readUInt64()))
    self.init(stamp: stamp, body: try Self.readBody(from: &reader))
  }

  private static func readBody(from reader: inout ByteReader) throws(DecodingFault) -> Body {
    let code = try reader.readUInt8()
    switch code {
    case Code.written: return .written(try CommandResult(from: &reader))
    case Code.range: return .range(try RangeResult(from: &reader))
    case Code.transferred: return .transferred(to: NodeID(try reader.readUInt64()))
    case Code.snapshotTaken:
      let position = LogPosition(
        term: Term(try reader.readUInt64()), index: LogIndex(try reader.readUInt64()))
      return .snapshotTaken(position, bytes: try reader.readUInt64())
    case Code.status: return .status(try ClusterStatus(from: &reader))
    case Code.membership: return .membership(try MembershipView(from: &reader))
    case Code.failed: return .failed(try ClientError(from: &reader))
    default: throw .unknown("reply", value: UInt64(code))
    }
  }
}
