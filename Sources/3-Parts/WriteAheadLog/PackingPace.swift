/// When compressing is tried: a try costs more time than the disk takes for the bytes, so a file of
/// values that do not shrink must not pay it for every piece.
///
/// After a piece that saved too little the next one goes untried, then the next two, four, and so
/// on up to `Limits.mostUntried`; one that saves enough ends that. Tries are an odd number of
/// pieces apart once a second one has failed, so that pieces of two kinds that take turns cannot
/// hide behind each other.
struct PackingPace {
  private var pause = 1
  private var untried = 0

  /// How long what `length` bytes became may be for the next piece to be tried as well.
  static func room(for length: Int) -> Int { length - length / Limits.leastSaving }

  /// Asked once for each piece. When it is due, say what came of it.
  mutating func isDue() -> Bool {
    guard untried > 0 else { return true }
    untried -= 1
    return false
  }

  mutating func wasTried(shrank: Bool) {
    if shrank {
      pause = 1
    } else {
      untried = pause
      pause = min(pause * 2, Limits.mostUntried)
    }
  }
}
