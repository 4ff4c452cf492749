/// What the kernel has said so far to the messages of one request.
struct Acknowledgements {
  private let sequences: ClosedRange<UInt32>
  private var missing: Int
  private var refusal: Int32?

  /// For messages that were sent under these numbers, of which so many ask for an answer.
  init(to sequences: ClosedRange<UInt32>, expecting count: Int) {
    self.sequences = sequences
    missing = count
  }

  /// Answers to anything else are passed over.
  mutating func note(_ reply: NetlinkReply) {
    guard sequences.contains(reply.sequence), let code = reply.code else { return }
    if code == 0 { missing -= 1 } else { refusal = refusal ?? code }
  }

  /// Throws the first refusal, or `unreadable` unless every message was acknowledged: silence is
  /// no consent.
  func settle(_ operation: String) throws(NetworkFault) {
    if let refusal { throw .system(operation, refusal) }
    guard missing == 0 else { throw .unreadable(operation: operation) }
  }
}
