public import ClientProtocol
internal import JSONText
public import RaftTypes

extension KeyValueClient {
  /// The cluster as the answering node sees it.
  public func status() async throws(ClientError) -> ClusterStatus {
    try await statusDocument().0
  }

  /// Hands leadership to `target`, or to the best follower; returns the new leader.
  ///
  /// A lost reply is `unknown`: ask `status` before trying again.
  public func transferLeadership(to target: NodeID?) async throws(ClientError) -> NodeID {
    var writer = JSONWriter()
    writer.beginObject()
    if let target { writer.member("to", target.number) }
    writer.endObject()
    let request = HTTPRequest(.post, "/v1/cluster/leader/transfer", body: writer.bytes[...])
    return try await perform(request, .write(ifUnknown: .fail)) { reply throws(ReplyFault) in
      try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        var leader: UInt64?
        try ReplyReader.members(&scanner) { name, scanner throws(JSONFault) in
          guard name == "leader" else { return false }
          leader = try scanner.readUInt64()
          return true
        }
        return NodeID(try ReplyReader.required(leader, "leader"))
      }
    }
  }

  /// Has the leader write a snapshot of its state now, and waits for it.
  public func takeSnapshot() async throws(ClientError) -> SnapshotAnswer {
    let request = HTTPRequest(.post, "/v1/snapshot")
    // A second snapshot of the same state does no harm.
    return try await perform(request, .write(ifUnknown: .sendAgain)) { reply throws(ReplyFault) in
      try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.snapshot(&scanner)
      }
    }
  }
}

extension KeyValueClient {
  /// `status`, and the document it was read from.
  package func statusDocument() async throws(ClientError) -> (ClusterStatus, [UInt8]) {
    try await perform(HTTPRequest(.get, "/v1/cluster"), .read) { reply throws(ReplyFault) in
      let status = try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.clusterStatus(&scanner)
      }
      return (status, reply.body)
    }
  }
}
