public import BinaryCodec
internal import Determinism

/// The bytes of memberships, cluster ids and snapshot descriptors.
public enum MembershipFormat {
  /// More members than any cluster has; a count above it is damage.
  static let memberLimit = 256
  /// Longest `host:port`, in bytes (a DNS name has at most 253).
  static let addressLimit = 300

  /// Members by id, then the voters, then the outgoing voters of a joint configuration if there are
  /// any.
  public static func encode(_ membership: Membership) -> [UInt8] {
    var writer = ByteWriter()
    write(membership, to: &writer)
    return writer.bytes
  }

  /// Exactly one membership; a set of voters that breaks the invariants of `Membership` is refused,
  /// and so is one that does not ascend: every membership has one form.
  public static func decode(_ bytes: Bytes) throws(DecodingFault) -> Membership {
    var reader = ByteReader(bytes)
    let membership = try readMembership(from: &reader)
    try reader.finish()
    return membership
  }

  /// As `encode`, behind what was written before.
  public static func write(_ membership: Membership, to writer: inout ByteWriter) {
    writer.write(UInt32(membership.members.count))
    for member in membership.members.values { write(member, to: &writer) }
    write(membership.voters, to: &writer)
    writer.write(optional: membership.outgoing) { write($1, to: &$0) }
  }

  /// As `decode`, without asking for the end.
  public static func readMembership(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> Membership {
    let count = try reader.readCount(limit: memberLimit)
    var members = SortedMap<NodeID, Member>()
    for _ in 0..<count {
      let member = try readMember(from: &reader)
      if let last = members.keys.last, member.id <= last {
        throw .inconsistent("member \(member.id) is out of order")
      }
      members[member.id] = member
    }
    let voters = try readNodes(from: &reader)
    let outgoing: [NodeID]? = try reader.readOptional {
      (inner: inout ByteReader) throws(DecodingFault) in try readNodes(from: &inner)
    }
    guard
      let membership = Membership(checking: members, voters: voters, outgoing: outgoing)
    else { throw .inconsistent("membership breaks its invariants") }
    return membership
  }

  private static func write(_ prospect: Prospect, to writer: inout ByteWriter) {
    switch prospect {
    case .none: writer.write(UInt8(0))
    case .trial(let replaced):
      writer.write(UInt8(1))
      writer.write(optional: replaced) { $0.write($1.number) }
    case .promotion: writer.write(UInt8(2))
    case .leaving: writer.write(UInt8(3))
    }
  }

  private static func readProspect(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> Prospect {
    let code = try reader.readUInt8()
    switch code {
    case 0: return .none
    case 1:
      return .trial(
        replacing: try reader.readOptional { (inner: inout ByteReader) throws(DecodingFault) in
          NodeID(try inner.readUInt64())
        })
    case 2: return .promotion
    case 3: return .leaving
    default: throw .unknown("prospect", value: UInt64(code))
    }
  }

  /// One member: id, disk, addresses, prospect.
  public static func write(_ member: Member, to writer: inout ByteWriter) {
    writer.write(member.id.number)
    writer.write(member.incarnation.number)
    writer.write(text: member.peerAddress)
    writer.write(text: member.clientAddress)
    write(member.prospect, to: &writer)
  }

  /// What `write` wrote.
  public static func readMember(from reader: inout ByteReader) throws(DecodingFault) -> Member {
    Member(
      id: NodeID(try reader.readUInt64()),
      incarnation: DiskIncarnation(try reader.readUInt64()),
      peerAddress: try reader.readText(limit: addressLimit),
      clientAddress: try reader.readText(limit: addressLimit),
      prospect: try readProspect(from: &reader))
  }

  /// The number, then the epoch: 16 bytes.
  public static func write(_ cluster: ClusterID, to writer: inout ByteWriter) {
    writer.write(cluster.number)
    writer.write(cluster.epoch)
  }

  /// What `write` wrote; every 16 bytes are some cluster.
  public static func readCluster(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> ClusterID {
    ClusterID(try reader.readUInt64(), epoch: try reader.readUInt64())
  }

  /// The term, then the index: 16 bytes.
  public static func write(_ position: LogPosition, to writer: inout ByteWriter) {
    writer.write(position.term.number)
    writer.write(position.index.number)
  }

  /// What `write` wrote; every 16 bytes are some position.
  public static func readPosition(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> LogPosition {
    LogPosition(term: Term(try reader.readUInt64()), index: LogIndex(try reader.readUInt64()))
  }

  /// Position, log time, hash of the state, cluster and membership.
  public static func write(_ snapshot: SnapshotDescriptor, to writer: inout ByteWriter) {
    write(snapshot.position, to: &writer)
    writer.write(snapshot.logTime.milliseconds)
    writer.write(snapshot.stateHash)
    write(snapshot.cluster, to: &writer)
    write(snapshot.membership, to: &writer)
  }

  /// What `write` wrote; a membership that breaks its invariants is refused.
  public static func readSnapshot(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> SnapshotDescriptor {
    let position = try readPosition(from: &reader)
    let time = LogTime(milliseconds: try reader.readUInt64())
    let hash = try reader.readUInt64()
    let cluster = try readCluster(from: &reader)
    return SnapshotDescriptor(
      position: position, logTime: time, membership: try readMembership(from: &reader),
      cluster: cluster, stateHash: hash)
  }

  private static func write(_ nodes: [NodeID], to writer: inout ByteWriter) {
    writer.write(UInt32(nodes.count))
    for node in nodes { writer.write(node.number) }
  }

  private static func readNodes(from reader: inout ByteReader) throws(DecodingFault) -> [NodeID] {
    let count = try reader.readCount(limit: memberLimit)
    var nodes: [NodeID] = []
    for _ in 0..<count {
      let node = NodeID(try reader.readUInt64())
      if let last = nodes.last, node <= last { throw .inconsistent("\(node) is out of order") }
      nodes.append(node)
    }
    return nodes
  }
}
