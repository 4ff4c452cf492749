package import BinaryCodec
package import RaftTypes

/// What members send each other after the handshake.
package enum PeerFrame: Hashable, Sendable {
  /// A message of the consensus algorithm. May be lost at any time; the algorithm repeats what
  /// matters.
  case raft(Envelope)
  /// A client's call that this node passes to the leader. Never dropped in silence and never sent
  /// twice (pitfall 60).
  case forward(PeerCall)
  /// The answer to the forward of the same id.
  case forwardReply(PeerCall)
  /// "What is your status?"
  case statusRequest(PeerCall)
  /// The answer to the status request of the same id.
  case statusReply(PeerCall)
  /// A question for bytes of a snapshot file that is damaged here. May be lost.
  case pieceRequest(PieceRequest)
  /// The answer.
  case pieceReply(SnapshotPiece)
  /// What the sender held of the virtual IP in this term is over, and no packet of it can leave any
  /// more. Said by the sender, or by its guard for it when it cannot speak any more.
  case addressReleased(Term)
  /// The sender's connections through the virtual IP. May be lost.
  case flows(FlowUpdate)
}

/// A numbered request, or the answer to it; what it says is opaque here.
package struct PeerCall: Hashable, Sendable {
  /// Chosen by the asker, never reused by it while it runs.
  package let id: UInt64
  package let bytes: Bytes

  package init(id: UInt64, bytes: Bytes) {
    self.id = id
    self.bytes = bytes
  }
}

/// The connections that a node dials to each peer.
package enum ChannelKind: UInt8, Sendable, CaseIterable {
  /// Everything but snapshot chunks.
  case messages = 1
  /// Snapshot chunks and pieces alone, so that no heartbeat ever waits behind one (pitfall 39).
  case snapshot = 2
  /// Silent as long as the node lives: its guard, which outlives it, says the last word there. On a
  /// connection of its own no half-written frame can stand before that word.
  case guarded = 3
}

/// How an outbox treats a frame.
package enum FrameClass: Sendable, CaseIterable {
  /// Small and time-bound Raft messages: heartbeats, votes, every reply.
  case prompt
  /// What carries data and need not overtake it: appends with entries, snapshot chunks, flows.
  case bulk
  /// Somebody waits for exactly this frame.
  case call
}

extension PeerFrame {
  /// The connection that this frame travels on.
  package var channel: ChannelKind {
    switch self {
    case .raft(let envelope):
      if case .snapshotChunk = envelope.message { .snapshot } else { .messages }
    case .pieceReply: .snapshot
    case .addressReleased: .guarded
    case .forward, .forwardReply, .statusRequest, .statusReply, .pieceRequest, .flows:
      .messages
    }
  }

  package var frameClass: FrameClass {
    switch self {
    case .forward, .forwardReply, .statusRequest, .statusReply: .call
    case .pieceRequest, .addressReleased: .prompt
    case .pieceReply, .flows: .bulk
    case .raft(let envelope):
      switch envelope.message {
      case .append(let append): append.entries.isEmpty ? .prompt : .bulk
      case .snapshotChunk, .repairReply: .bulk
      case .preVoteRequest, .preVoteReply, .voteRequest, .voteReply, .appendReply, .heartbeat,
        .heartbeatReply, .snapshotReply, .timeoutNow, .readIndexRequest, .readIndexReply,
        .repairRequest:
        .prompt
      }
    }
  }
}
