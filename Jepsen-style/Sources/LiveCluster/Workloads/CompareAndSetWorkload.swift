internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import Properties

/// Conditional writes: on condition of the revision that the client read before.
///
/// Every value is written once only, so the revision tells the same as the value: a condition that
/// did not hold proves that the key held something else than `old`.
struct CompareAndSetWorkload: Workload {
  let property = Property.register
  private let ring = KeyRing("s", width: 5, lifetime: 1000)

  func act(_ client: LiveClient, _ dice: inout Dice) async -> Bool {
    let key = ring.keys().pick(&dice)
    var seen: (text: String?, revision: Revision)?
    let isRead = await client.record("read", key: .text(key)) { () throws(ClientError) in
      let found = try await client.store.versioned(key)
      seen = found
      return .ok(HistoryValue(number: found.text))
    }
    guard isRead, let seen, dice.chance(3, in: 4) else { return isRead }
    let value = ring.nextValue()
    let pair: [HistoryValue] = [HistoryValue(number: seen.text), .integer(value)]
    return await client.record("cas", key: .text(key), .list(pair)) { () throws(ClientError) in
      let isDone = try await client.store.swap(key, "\(value)", if: seen.revision)
      return .ok(isDone ? nil : .boolean(false))
    }
  }

  func finalReads() -> [@Sendable (LiveClient) async -> Bool] {
    ring.groups.flatMap { $0 }.map { key in { await RegisterWorkload.read(key, $0) } }
  }
}
