internal import ClientProtocol
internal import JSONText
internal import RaftTypes

/// The cluster and its nodes as the API shows them.
extension JSONWriter {
  /// The part of `status` that `form` asks for.
  mutating func write(_ status: ClusterStatus, as form: ReplyForm) {
    switch form {
    case .cluster: write(status)
    case .leader: writeLeader(of: status)
    case .health: writeHealth(of: status)
    case .put, .conditionalPut, .deleted, .conditionalDelete, .key, .page, .transaction,
      .compacted, .transferred, .snapshot, .members:
      preconditionFailure("JSONWriter: a cluster's status answers \(form)")
    }
  }

  mutating func write(_ node: NodeStatus) {
    beginObject()
    member("id", node.id.number)
    member("pid", UInt64(node.pid))
    member("client", node.clientAddress)
    member("peer", node.peerAddress)
    member("role", node.role.rawValue)
    member("standing", node.standing.rawValue)
    member("term", node.term.number)
    member("last_index", node.lastIndex.number)
    member("commit_index", node.commitIndex.number)
    member("applied_index", node.appliedIndex.number)
    member("snapshot_index", node.snapshotIndex.number)
    name("state_hash")
    value(hexadecimal: node.stateHash)
    member("revision", node.revision.number)
    member("keys", node.keys)
    member("disk_bytes", node.diskBytes)
    member("reachable", node.reachable)
    endObject()
  }

  private mutating func write(_ status: ClusterStatus) {
    beginObject()
    member("cluster", status.cluster.description)
    member("term", status.term.number)
    member("leader", status.leader)
    member("revision", status.revision.number)
    name("vip")
    if let vip = status.vip {
      beginObject()
      member("address", vip.address)
      member("holder", vip.holder)
      endObject()
    } else {
      null()
    }
    name("can_lose")
    value(status.canLose)
    name("nodes")
    beginArray()
    for node in status.nodes { write(node) }
    endArray()
    endObject()
  }

  private mutating func writeLeader(of status: ClusterStatus) {
    let leader = status.nodes.first { $0.id == status.leader }
    beginObject()
    member("leader", status.leader)
    name("client")
    if let leader { value(leader.clientAddress) } else { null() }
    member("term", status.term.number)
    endObject()
  }

  /// Healthy: there is a leader, and writes survive the loss of one more voter.
  private mutating func writeHealth(of status: ClusterStatus) {
    beginObject()
    member("healthy", status.leader != nil && status.canLose > 0)
    member("leader", status.leader)
    member("nodes", UInt64(status.nodes.count))
    member("reachable", UInt64(status.nodes.count { $0.reachable }))
    name("can_lose")
    value(status.canLose)
    endObject()
  }

  private mutating func member(_ name: StaticString, _ node: NodeID?) {
    self.name(name)
    if let node { value(node.number) } else { null() }
  }
}
