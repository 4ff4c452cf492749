public import BinaryCodec
public import Determinism
public import RaftTypes

/// The configuration in force, and how far each member follows.
public struct MembershipView: Hashable, Sendable {
  public let membership: Membership
  /// Where it stands in the log.
  public let index: LogIndex
  /// Whether it is chosen, or still on its way.
  public let isCommitted: Bool
  /// Nil: no leader is known, and this is the answering node's own, possibly old, view.
  public let leader: NodeID?
  /// Where the answering node's log ends.
  public let last: LogIndex
  /// How much of the leader's log each member holds durably; empty without a leader.
  public let matches: SortedMap<NodeID, LogIndex>

  public init(
    membership: Membership, index: LogIndex, isCommitted: Bool, leader: NodeID?, last: LogIndex,
    matches: SortedMap<NodeID, LogIndex>
  ) {
    self.membership = membership
    self.index = index
    self.isCommitted = isCommitted
    self.leader = leader
    self.last = last
    self.matches = matches
  }
}

extension MembershipView: BinaryCoded {
  public var encodedSize: Int {
    membership.members.values.reduce(64) { $0 + $1.encodedSize + 32 }
  }

  public func write(to writer: inout ByteWriter) {
    MembershipFormat.write(membership, to: &writer)
    writer.write(index.number)
    writer.write(isCommitted)
    writer.write(optional: leader) { $0.write($1.number) }
    writer.write(last.number)
    writer.write(UInt32(matches.count))
    for (node, match) in matches {
      writer.write(node.number)
      writer.write(match.number)
    }
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    membership = try MembershipFormat.readMembership(from: &reader)
    index = LogIndex(try reader.readUInt64())
    isCommitted = try reader.readBool()
    leader = try reader.readOptional { (inner: inout ByteReader) throws(DecodingFault) in
      NodeID(try inner.readUInt64())
    }
    last = LogIndex(try reader.readUInt64())
    let count = try reader.readCount(limit: reader.remaining / 16)
    var matches = SortedMap<NodeID, LogIndex>()
    for _ in 0..<count {
      let node = NodeID(try reader.readUInt64())
      if let last = matches.keys.last, node <= last {
        throw .inconsistent("\(node) is out of order")
      }
      matches[node] = LogIndex(try reader.readUInt64())
    }
    self.matches = matches
  }
}
