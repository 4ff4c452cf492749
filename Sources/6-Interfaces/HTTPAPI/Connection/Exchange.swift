internal import ClientProtocol
internal import NIOCore

/// One request of a connection and what has become of it. Answers leave in the order of the
/// requests (RFC 9112, section 9.3.2), so an answer that comes early waits here.
struct Exchange {
  // Boxed is what hardly an exchange comes to: a connection's exchanges come from cold memory, and
  // nearly all are received, wait, and are answered at once.
  enum State {
    /// The body is still coming. `owesContinue`: the client waits for leave to send it.
    case receiving(owesContinue: Bool)
    /// With the node since then.
    case waiting(ReplyForm, since: NIODeadline)
    /// Refused for lack of room; the answer waits for its turn among others like it.
    indirect case refused(Refusal)
    indirect case answered(Answer)
    /// The oldest: its answer leaves piece by piece.
    indirect case streaming(SnapshotDownload)
  }

  enum Answer {
    case reply(ClientReply, ReplyForm)
    case refusal(Refusal)
    case page(Endpoint, verbose: Bool)
    case download(SnapshotWish)
    /// To OPTIONS.
    case allow(String)
  }

  var state: State
  var delivery: ResponseWriter.Delivery
  /// Bytes of its body that count against `Limits.inFlightBytes`.
  var heldBytes = 0
}
