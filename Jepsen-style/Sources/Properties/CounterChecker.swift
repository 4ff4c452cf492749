public import Histories

/// Counters: `add n` and `read`, which returns the sum. Each read must lie between what was
/// certainly added before it began and what may have been added before it ended; where nothing is
/// ever subtracted, it must also not fall below what an earlier read returned.
///
/// An increment that was applied twice, or lost, leaves these bounds as soon as a read follows in
/// peace. They are necessary, not sufficient: a wrong value inside the bounds is not noticed.
public enum CounterChecker {
  public static let functions = ["add", "read"]

  public static func check(_ history: History) throws(PropertyError) -> PropertyResult {
    for part in history.operationsByKey() {
      let counter = try CounterHistory(key: part.key, part.operations)
      do throws(Overflow) {
        if let violation = try counter.violation() { return .violated(violation) }
      } catch {
        return .undecided(reason: "the sum of the additions exceeds 64 bits")
      }
    }
    return .holds
  }
}
