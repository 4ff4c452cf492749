public import Histories

/// Accounts between which money moves: `read` returns a map of every account to its balance, and
/// whatever `transfer` does, the balances of one read sum to the total. Transfers are not looked
/// at: the invariant is that of the reads.
public enum BankChecker {
  public static let functions = ["read", "transfer"]

  /// - Parameter total: what all accounts hold together; nil takes it from the first read.
  public static func check(
    _ history: History, total: Int64? = nil
  ) throws(PropertyError) -> PropertyResult {
    var total = total
    for operation in history.operations {
      guard functions.contains(operation.function) else {
        throw .unsuitable(operation, reason: "a bank knows read and transfer")
      }
      guard operation.function == "read", operation.outcome == .ok else { continue }
      guard let accounts = operation.result.map else {
        throw .unsuitable(operation, reason: "a read of a bank returns a map of balances")
      }
      var sum: Int64 = 0
      for account in accounts {
        guard let balance = account.value.integer else {
          throw .unsuitable(operation, reason: "a balance is a whole number")
        }
        let (result, over) = sum.addingReportingOverflow(balance)
        if over { return .undecided(reason: "the sum of the balances exceeds 64 bits") }
        sum = result
      }
      let expected = total ?? sum
      total = expected
      guard sum == expected else {
        return .violated(
          PropertyViolation(
            key: nil, reason: "the balances sum to \(sum) instead of \(expected)",
            operations: [operation]))
      }
    }
    return .holds
  }
}
