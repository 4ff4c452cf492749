internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes

// What other nodes say, and what becomes of calls on their way to the leader.
extension Replica {
  mutating func receive(_ frame: PeerFrame, from peer: NodeID) {
    switch frame {
    case .raft(let envelope):
      // The connection says who speaks; a message that claims another sender is not passed on.
      if envelope.from == peer { inputs.append(.received(envelope)) }
    case .forward(let call):
      do throws(DecodingFault) {
        begin(try ClientCall(decoding: call.bytes), .peer(peer, id: call.id))
      } catch {
        deliver(
          .failed(
            ClientError(
              .badRequest,
              "the forwarded call could not be read (\(error)): are all nodes of one version?",
              outcome: .notApplied, retryable: false)), to: .peer(peer, id: call.id))
      }
    case .forwardReply(let reply): forwardAnswered(reply, from: peer)
    case .statusRequest(let request):
      send(
        .statusReply(PeerCall(id: request.id, bytes: ownReport.encoded()[...])), to: peer)
    case .statusReply(let reply): statusAnswered(reply, from: peer)
    case .pieceRequest(let request):
      effects.snapshots.append(.readPiece(request, for: peer))
    case .pieceReply(let piece): receive(piece, from: peer)
    case .addressReleased(let term): addressWasReleased(term, by: peer)
    case .flows(let update): inherited.take(update)
    }
  }

  private mutating func forwardAnswered(_ answer: PeerCall, from peer: NodeID) {
    let ticket = answer.id &- lifeMark
    guard calls[ticket]?.stage == .forwarded(peer) else { return }
    do throws(DecodingFault) {
      let reply = try ClientReply(decoding: answer.bytes)
      if case .failed(let error) = reply.body, error.code == .notLeader,
        error.outcome == .notApplied
      {
        // It had no effect there: it may go to the next leader.
        enqueue(ticket)
        return
      }
      guard let ended = calls.remove(ticket), case .local(let tag) = ended.origin else {
        return
      }
      effects.answers.append(Answer(tag: tag, reply: reply))
    } catch {
      fail(
        ticket,
        ClientError(
          .internalError,
          "the leader's answer could not be read (\(error)): are all nodes of one version?",
          outcome: .unknown, retryable: false))
    }
  }

  /// A frame that certainly did not leave: the call it carries had no effect.
  mutating func notSent(_ frame: PeerFrame, to peer: NodeID) {
    guard case .forward(let call) = frame else { return }
    let ticket = call.id &- lifeMark
    if calls[ticket]?.stage == .forwarded(peer) { enqueue(ticket) }
  }

  /// A broken connection: calls that had not left wait for a leader again, of the others nobody
  /// knows whether the leader got them, and they are not sent twice (pitfall 60).
  mutating func linkLost(_ peer: NodeID, _ loss: LinkLoss) {
    for frame in loss.unsent { notSent(frame, to: peer) }
    switch loss.direction {
    case .outgoing: inputs.append(.peerReset(peer))
    case .incoming: if loss.reset { inputs.append(.connectionLost(peer)) }
    }
    for ticket in calls.tickets where calls[ticket]?.stage == .forwarded(peer) {
      guard let call = calls[ticket] else { continue }
      fail(
        ticket,
        ClientError(
          .connectionLost,
          "the connection to the leader broke: the request may or may not have taken effect",
          outcome: call.hasEffect ? .unknown : .notApplied, retryable: !call.isWrite))
    }
  }
}
