/// A fault under way, and how it is undone.
struct RunningFault: Sendable {
  let what: String
  /// How long it lasts, at least.
  let hold: Duration
  /// Undoes it; says whether it took effect.
  let end: @Sendable () async throws(LiveFailure) -> Injection
}
