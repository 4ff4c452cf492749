internal import ClientProtocol
internal import JSONText
internal import RaftTypes

extension JSONWriter {
  /// As `GET /v1/cluster` writes it.
  mutating func value(_ status: ClusterStatus) {
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
    for node in status.nodes { value(node) }
    endArray()
    endObject()
  }

  private mutating func value(_ node: NodeStatus) {
    beginObject()
    member("id", node.id.number)
    member("pid", UInt64(node.pid))
    member("client", node.clientAddress)
    member("peer", node.peerAddress)
    member("role", node.role.rawValue)
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

  private mutating func member(_ name: StaticString, _ node: NodeID?) {
    self.name(name)
    if let node { value(node.number) } else { null() }
  }
}
