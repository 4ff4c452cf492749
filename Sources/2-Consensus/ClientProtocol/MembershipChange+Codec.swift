public import BinaryCodec
public import RaftTypes

extension Member {
  /// At most so many bytes: numbers, lengths, prospect, and the addresses.
  var encodedSize: Int { 40 + peerAddress.utf8.count + clientAddress.utf8.count }
}

extension MembershipChange: BinaryCoded {
  public var encodedSize: Int {
    switch self {
    case .add(let member), .addLearner(let member), .replace(_, let member):
      16 + member.encodedSize
    case .promote, .demote, .remove: 16
    }
  }

  public func write(to writer: inout ByteWriter) {
    switch self {
    case .add(let member):
      writer.write(UInt8(1))
      MembershipFormat.write(member, to: &writer)
    case .addLearner(let member):
      writer.write(UInt8(2))
      MembershipFormat.write(member, to: &writer)
    case .promote(let node):
      writer.write(UInt8(3))
      writer.write(node.number)
    case .demote(let node):
      writer.write(UInt8(4))
      writer.write(node.number)
    case .remove(let node):
      writer.write(UInt8(5))
      writer.write(node.number)
    case .replace(let node, let member):
      writer.write(UInt8(6))
      writer.write(node.number)
      MembershipFormat.write(member, to: &writer)
    }
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    let code = try reader.readUInt8()
    switch code {
    case 1: self = .add(try MembershipFormat.readMember(from: &reader))
    case 2: self = .addLearner(try MembershipFormat.readMember(from: &reader))
    case 3: self = .promote(NodeID(try reader.readUInt64()))
    case 4: self = .demote(NodeID(try reader.readUInt64()))
    case 5: self = .remove(NodeID(try reader.readUInt64()))
    case 6:
      let node = NodeID(try reader.readUInt64())
      self = .replace(node, with: try MembershipFormat.readMember(from: &reader))
    default: throw .unknown("membership change", value: UInt64(code))
    }
  }
}
