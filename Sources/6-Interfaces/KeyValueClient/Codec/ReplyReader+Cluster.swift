internal import ClientProtocol
internal import JSONText
internal import RaftTypes

extension ReplyReader {
  /// The document of `GET /v1/cluster`.
  static func clusterStatus(_ scanner: inout JSONScanner) throws(JSONFault) -> ClusterStatus {
    var status = ClusterStatus(
      cluster: ClusterID(0, epoch: 0), term: .zero, leader: nil, revision: Revision(0), vip: nil,
      nodes: [], canLose: 0)
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "cluster": status.cluster = try clusterID(&scanner)
      case "term": status.term = Term(try scanner.readUInt64())
      case "leader": status.leader = try optionalNode(&scanner)
      case "revision": status.revision = Revision(try scanner.readUInt64())
      case "vip": status.vip = try virtualAddress(&scanner)
      case "can_lose": status.canLose = try scanner.readInt()
      case "nodes":
        try scanner.beginArray()
        while try scanner.nextElement() { status.nodes.append(try node(&scanner)) }
      default: return false
      }
      return true
    }
    status.nodes.sort { $0.id < $1.id }
    return status
  }

  static func clusterID(_ scanner: inout JSONScanner) throws(JSONFault) -> ClusterID {
    let start = scanner.offset
    guard let cluster = ClusterID(text: try scanner.readString()) else {
      throw .expected("a cluster id", at: start)
    }
    return cluster
  }

  static func optionalNode(_ scanner: inout JSONScanner) throws(JSONFault) -> NodeID? {
    try scanner.readNull() ? nil : NodeID(try scanner.readUInt64())
  }

  private static func virtualAddress(
    _ scanner: inout JSONScanner
  ) throws(JSONFault) -> VirtualAddressStatus? {
    if try scanner.readNull() { return nil }
    var vip = VirtualAddressStatus(address: "", holder: nil)
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "address": vip.address = try scanner.readString()
      case "holder": vip.holder = try optionalNode(&scanner)
      default: return false
      }
      return true
    }
    return vip
  }

  static func node(_ scanner: inout JSONScanner) throws(JSONFault) -> NodeStatus {
    var node = NodeStatus(
      id: NodeID(0), pid: 0, clientAddress: "", peerAddress: "", role: .unknown, term: .zero,
      lastIndex: .zero, commitIndex: .zero, appliedIndex: .zero, snapshotIndex: .zero,
      stateHash: 0, revision: Revision(0), keys: 0, diskBytes: 0, reachable: false)
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "id": node.id = NodeID(try scanner.readUInt64())
      case "pid": node.pid = UInt32(clamping: try scanner.readUInt64())
      case "client": node.clientAddress = try scanner.readString()
      case "peer": node.peerAddress = try scanner.readString()
      // A role of a newer server is a role that this version does not know.
      case "role": node.role = NodeStatus.Role(rawValue: try scanner.readString()) ?? .unknown
      case "standing":
        node.standing = Standing(rawValue: try scanner.readString()) ?? .learner
      case "term": node.term = Term(try scanner.readUInt64())
      case "last_index": node.lastIndex = LogIndex(try scanner.readUInt64())
      case "commit_index": node.commitIndex = LogIndex(try scanner.readUInt64())
      case "applied_index": node.appliedIndex = LogIndex(try scanner.readUInt64())
      case "snapshot_index": node.snapshotIndex = LogIndex(try scanner.readUInt64())
      case "state_hash": node.stateHash = try hexadecimal(&scanner)
      case "revision": node.revision = Revision(try scanner.readUInt64())
      case "keys": node.keys = try scanner.readUInt64()
      case "disk_bytes": node.diskBytes = try scanner.readUInt64()
      case "reachable": node.reachable = try scanner.readBool()
      default: return false
      }
      return true
    }
    return node
  }

  private static func hexadecimal(_ scanner: inout JSONScanner) throws(JSONFault) -> UInt64 {
    let start = scanner.offset
    guard let number = UInt64(try scanner.readString(), radix: 16) else {
      throw .expected("hexadecimal digits", at: start)
    }
    return number
  }
}

extension ClusterID {
  /// Reads what `description` writes: `number.epoch`, the number in hexadecimal.
  package init?(text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = UInt64(parts[0], radix: 16), let epoch = UInt64(parts[1])
    else { return nil }
    self.init(number, epoch: epoch)
  }
}
