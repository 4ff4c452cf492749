public import Histories

/// Linearizability of sets that only grow: `add v`, each element once, and `read`, which returns
/// all.
///
/// The reads order themselves by inclusion, and each add stands before the first read that shows
/// its element. So the order is known but for ties, and it remains to see whether it respects real
/// time: no search is needed, and nothing is left undecided.
public enum SetChecker {
  public static let functions = ["add", "read"]

  public static func check(_ history: History) throws(PropertyError) -> PropertyResult {
    for part in history.operationsByKey() {
      var set = SetHistory(key: part.key)
      for operation in part.operations { try set.take(operation) }
      if let violation = set.violation() { return .violated(violation) }
    }
    return .holds
  }
}
