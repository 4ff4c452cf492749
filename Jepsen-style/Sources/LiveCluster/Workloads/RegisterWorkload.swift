internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import Properties

/// Writes and reads of single keys.
struct RegisterWorkload: Workload {
  let property = Property.register
  private let ring = KeyRing("r", width: 5, lifetime: 1500)

  func act(_ client: LiveClient, _ dice: inout Dice) async -> Bool {
    let key = ring.keys().pick(&dice)
    guard dice.chance(2, in: 5) else { return await Self.read(key, client) }
    let value = ring.nextValue()
    return await client.record("write", key: .text(key), .integer(value)) {
      () throws(ClientError) in
      try await client.store.write(key, "\(value)")
      return .ok(nil)
    }
  }

  func finalReads() -> [@Sendable (LiveClient) async -> Bool] {
    ring.groups.flatMap { $0 }.map { key in { await Self.read(key, $0) } }
  }

  static func read(_ key: String, _ client: LiveClient) async -> Bool {
    await client.record("read", key: .text(key)) { () throws(ClientError) in
      .ok(HistoryValue(number: try await client.store.text(key)))
    }
  }
}
