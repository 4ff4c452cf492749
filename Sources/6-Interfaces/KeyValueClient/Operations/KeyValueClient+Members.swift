public import ClientProtocol
internal import JSONText
public import RaftTypes

// Each change is answered once its first configuration is committed; what follows is the leader's
// own to do, and `members` shows it. A lost reply is `unknown`: ask `members` before trying again.
extension KeyValueClient {
  /// Who belongs to the cluster.
  public func members() async throws(ClientError) -> MembershipAnswer {
    try await membersDocument().0
  }

  /// Takes `node`, as it described itself, into the cluster.
  ///
  /// - Parameters:
  ///   - peerAddress: `host:port` where the other members reach it.
  ///   - clientAddress: `host:port` where clients do.
  @discardableResult
  public func addMember(
    _ node: NodeAnswer, peerAddress: String, clientAddress: String, as aim: MemberAim = .voter
  ) async throws(ClientError) -> MembershipAnswer {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("id", node.id.number)
    writer.member("peer", peerAddress)
    writer.member("client", clientAddress)
    writer.member("disk", node.disk.description)
    switch aim {
    case .voter: break
    case .learner: writer.member("learner", true)
    case .replacement(let old): writer.member("replace", old.number)
    }
    writer.endObject()
    return try await change(
      HTTPRequest(.post, "/v1/cluster/members", body: writer.bytes[...]))
  }

  /// This learner becomes a voter once it has caught up.
  @discardableResult
  public func promoteMember(_ id: NodeID) async throws(ClientError) -> MembershipAnswer {
    try await change(HTTPRequest(.post, "/v1/cluster/members/\(id.number)/promote"))
  }

  /// This voter becomes a learner.
  @discardableResult
  public func demoteMember(_ id: NodeID) async throws(ClientError) -> MembershipAnswer {
    try await change(HTTPRequest(.post, "/v1/cluster/members/\(id.number)/demote"))
  }

  /// This member leaves; a leader hands over as it goes.
  @discardableResult
  public func removeMember(_ id: NodeID) async throws(ClientError) -> MembershipAnswer {
    try await change(HTTPRequest(.delete, "/v1/cluster/members/\(id.number)"))
  }

  /// What the first endpoint that answers says of itself.
  public func node() async throws(ClientError) -> NodeAnswer {
    try await perform(HTTPRequest(.get, "/v1/status"), .read) { reply throws(ReplyFault) in
      try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.nodeAnswer(&scanner)
      }
    }
  }

  private func change(_ request: HTTPRequest) async throws(ClientError) -> MembershipAnswer {
    try await perform(request, .write(ifUnknown: .fail)) { reply throws(ReplyFault) in
      try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.membership(&scanner)
      }
    }
  }
}

extension KeyValueClient {
  /// `members`, and the document it was read from.
  package func membersDocument() async throws(ClientError) -> (MembershipAnswer, [UInt8]) {
    try await perform(HTTPRequest(.get, "/v1/cluster/members"), .read) { reply throws(ReplyFault) in
      let membership = try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.membership(&scanner)
      }
      return (membership, reply.body)
    }
  }
}
