import ClientProtocol
import RaftTypes
import Testing

@Suite("A refusal as an error")
struct RefusalTests {
  @Test("a sequence that was done before says so, an older one promises nothing")
  func sessions() {
    #expect(ClientError(StoreRefusal.answerForgotten(Revision(7))).outcome == .applied)
    #expect(ClientError(StoreRefusal.staleSequence(last: 7)).outcome == .unknown)
  }

  @Test("only what passes by itself is worth another try")
  func retries() {
    #expect(ClientError(StoreRefusal.tooManySessions(limit: 1)).retryable)
    let lasting: [StoreRefusal] = [
      .compacted(oldest: Revision(3)), .futureRevision(current: Revision(3)), .duplicateKey,
      .sessionExpired, .staleSequence(last: 7), .answerForgotten(Revision(7)),
      .answerTooLong(limit: 1), .leaseNotFound(LeaseID(4)), .malformed,
    ]
    for refusal in lasting { #expect(!ClientError(refusal).retryable, "\(refusal)") }
  }
}
