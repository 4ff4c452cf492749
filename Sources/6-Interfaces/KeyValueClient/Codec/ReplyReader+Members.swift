internal import ClientProtocol
internal import JSONText
internal import RaftTypes

extension ReplyReader {
  /// The document of `/v1/cluster/members`.
  static func membership(_ scanner: inout JSONScanner) throws(JSONFault) -> MembershipAnswer {
    var found: [MembershipAnswer.Member] = []
    var isJoint = false
    var isCommitted = false
    var leader: NodeID?
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "members":
        try scanner.beginArray()
        while try scanner.nextElement() { found.append(try member(&scanner)) }
      case "joint": isJoint = try scanner.readBool()
      case "committed": isCommitted = try scanner.readBool()
      case "leader": leader = try optionalNode(&scanner)
      default: return false
      }
      return true
    }
    return MembershipAnswer(
      members: found.sorted { $0.id < $1.id }, isJoint: isJoint, isCommitted: isCommitted,
      leader: leader)
  }

  private static func member(
    _ scanner: inout JSONScanner
  ) throws(JSONFault) -> MembershipAnswer.Member {
    var id: UInt64?
    var standing = Standing.learner
    var (peer, client) = ("", "")
    var disk: DiskIncarnation?
    var lag: UInt64?
    var replaces: NodeID?
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "id": id = try scanner.readUInt64()
      // A newer server's standing that this version does not know decides nothing here.
      case "standing": standing = Standing(rawValue: try scanner.readString()) ?? .learner
      case "peer": peer = try scanner.readString()
      case "client": client = try scanner.readString()
      case "disk": disk = try incarnation(&scanner)
      case "lag": lag = try scanner.readUInt64()
      case "replaces": replaces = try optionalNode(&scanner)
      default: return false
      }
      return true
    }
    return MembershipAnswer.Member(
      id: NodeID(try required(id, "id")), standing: standing, peerAddress: peer,
      clientAddress: client, disk: try required(disk, "disk"), lag: lag, replaces: replaces)
  }

  /// The document of `GET /v1/status`.
  static func nodeAnswer(_ scanner: inout JSONScanner) throws(JSONFault) -> NodeAnswer {
    var status: NodeStatus?
    var disk: DiskIncarnation?
    var cluster: ClusterID?
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "node": status = try node(&scanner)
      case "disk": disk = try incarnation(&scanner)
      case "cluster": cluster = try scanner.readNull() ? nil : try clusterID(&scanner)
      default: return false
      }
      return true
    }
    let known = try required(status, "node")
    return NodeAnswer(
      id: known.id, disk: try required(disk, "disk"), cluster: cluster,
      peerAddress: known.peerAddress)
  }

  private static func incarnation(
    _ scanner: inout JSONScanner
  ) throws(JSONFault) -> DiskIncarnation {
    let start = scanner.offset
    guard let disk = DiskIncarnation(text: try scanner.readString()) else {
      throw .expected("the name of a disk", at: start)
    }
    return disk
  }
}
