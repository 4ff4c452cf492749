public import BinaryCodec
internal import RaftTypes

extension ClusterStatus: BinaryCoded {
  public var encodedSize: Int { 96 + nodes.reduce(0) { $0 + $1.encodedSize } }

  public func write(to writer: inout ByteWriter) {
    writer.write(cluster.number)
    writer.write(cluster.epoch)
    writer.write(term.number)
    writer.write(optional: leader) { $0.write($1.number) }
    writer.write(revision.number)
    writer.write(optional: vip) {
      $0.write(text: $1.address)
      $0.write(optional: $1.holder) { $0.write($1.number) }
    }
    writer.write(UInt32(nodes.count))
    for node in nodes { node.write(to: &writer) }
    writer.write(UInt64(bitPattern: Int64(canLose)))
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    let cluster = ClusterID(try reader.readUInt64(), epoch: try reader.readUInt64())
    let term = Term(try reader.readUInt64())
    let leader = try reader.readNode()
    let revision = Revision(try reader.readUInt64())
    var vip: VirtualAddressStatus?
    if try reader.readBool() {
      vip = VirtualAddressStatus(
        address: try reader.readText(limit: Limits.text), holder: try reader.readNode())
    }
    var nodes: [NodeStatus] = []
    for _ in 0..<(try reader.readCount(limit: Limits.nodes)) {
      nodes.append(try NodeStatus(from: &reader))
    }
    self.init(
      cluster: cluster, term: term, leader: leader, revision: revision, vip: vip, nodes: nodes,
      canLose: Int(Int64(bitPattern: try reader.readUInt64())))
  }
}

extension NodeStatus: BinaryCoded {
  public var encodedSize: Int { 95 + clientAddress.utf8.count + peerAddress.utf8.count }

  public func write(to writer: inout ByteWriter) {
    writer.write(id.number)
    writer.write(pid)
    writer.write(text: clientAddress)
    writer.write(text: peerAddress)
    role.write(to: &writer)
    writer.write(term.number)
    writer.write(lastIndex.number)
    writer.write(commitIndex.number)
    writer.write(appliedIndex.number)
    writer.write(snapshotIndex.number)
    writer.write(stateHash)
    writer.write(revision.number)
    writer.write(keys)
    writer.write(diskBytes)
    writer.write(reachable)
    standing.write(to: &writer)
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    self.init(
      id: NodeID(try reader.readUInt64()), pid: try reader.readUInt32(),
      clientAddress: try reader.readText(limit: Limits.text),
      peerAddress: try reader.readText(limit: Limits.text), role: try Role(from: &reader),
      term: Term(try reader.readUInt64()), lastIndex: LogIndex(try reader.readUInt64()),
      commitIndex: LogIndex(try reader.readUInt64()),
      appliedIndex: LogIndex(try reader.readUInt64()),
      snapshotIndex: LogIndex(try reader.readUInt64()), stateHash: try reader.readUInt64(),
      revision: Revision(try reader.readUInt64()), keys: try reader.readUInt64(),
      diskBytes: try reader.readUInt64(), reachable: try reader.readBool(),
      standing: try Standing(from: &reader))
  }
}

extension NodeStatus.Role: Coded {
  static let codeName = "role"

  var code: UInt8 {
    switch self {
    case .follower: 1
    case .preCandidate: 2
    case .candidate: 3
    case .leader: 4
    case .learner: 5
    case .unknown: 6
    }
  }
}

extension Standing: Coded {
  static let codeName = "standing"

  var code: UInt8 {
    switch self {
    case .voter: 1
    case .learner: 2
    case .joining: 3
    case .leaving: 4
    case .stranger: 5
    }
  }
}

extension ByteReader {
  fileprivate mutating func readNode() throws(DecodingFault) -> NodeID? {
    try readBool() ? NodeID(try readUInt64()) : nil
  }
}
