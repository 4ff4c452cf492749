import Dispatch
import Glibc
import Testing

/// Ends the whole run, with the name of the test, when a test does not end. A time limit alone only
/// asks it to: what waits for an answer that never comes does not hear that.
struct Watch: SuiteTrait, TestTrait, TestScoping {
  let patience: Duration

  /// For every test of a suite, not for the suite as a whole.
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await body() }
    let alarm = DispatchSource.makeTimerSource()
    alarm.setEventHandler {
      // What the tests before it said may still wait in the buffer.
      fflush(nil)
      fatalError("\(test.displayName ?? test.name): not over after \(patience)")
    }
    alarm.schedule(deadline: .now() + .seconds(Int(patience.components.seconds)))
    alarm.activate()
    defer { alarm.cancel() }
    try await body()
  }
}

extension Trait where Self == Watch {
  static func watched(for patience: Duration) -> Self { Watch(patience: patience) }
}
