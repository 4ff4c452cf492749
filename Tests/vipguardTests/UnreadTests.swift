import GuardProtocol
import Testing

@Suite(
  "Nobody reads what the guard says", .timeLimit(.minutes(1)),
  .enabled(if: UnreadGuard.program != nil, "needs root, and vipguard beside the tests"))
struct UnreadTests {
  @Test("its loop goes on")
  func fullPipe() throws {
    let guarding = try UnreadGuard()
    for _ in 1...3 {
      // It says why it refuses this before it answers.
      guard case .unusable = try guarding.ask([0xFF]) else {
        Issue.record("nonsense is served")
        return
      }
    }
  }
}
