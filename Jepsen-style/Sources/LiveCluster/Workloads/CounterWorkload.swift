internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import Properties

/// Increments by compare-and-set, and reads.
struct CounterWorkload: Workload {
  let property = Property.counter
  private static let keys = (0..<6).map { "c/\($0)" }

  func act(_ client: LiveClient, _ dice: inout Dice) async -> Bool {
    let key = Self.keys.pick(&dice)
    guard dice.chance(1, in: 2) else { return await RegisterWorkload.read(key, client) }
    let amount = Int64(1 + dice.below(5))
    return await client.record("add", key: .text(key), .integer(amount)) {
      () throws(ClientError) in
      for _ in 0..<Limits.optimisticTries {
        let (text, revision) = try await client.store.versioned(key)
        let sum = (text.flatMap { Int64($0) } ?? 0) + amount
        if try await client.store.swap(key, "\(sum)", if: revision) { return .ok(nil) }
      }
      return .contended
    }
  }

  func finalReads() -> [@Sendable (LiveClient) async -> Bool] {
    Self.keys.map { key in { await RegisterWorkload.read(key, $0) } }
  }
}
