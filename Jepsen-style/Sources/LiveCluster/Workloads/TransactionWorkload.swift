internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import KeyValueClient
internal import Properties
internal import Synchronization

/// Transactions of reads, writes and conditions over several keys.
final class TransactionWorkload: Workload {
  /// One part, as the history and the product write it.
  enum Part {
    case read(String)
    case write(String, Int64)
    case equal(String, Int64)
  }

  let property = Property.transactions
  private let ring = KeyRing("t", width: 4, lifetime: 400)
  /// What somebody read last: conditions that hold now and then.
  private let seen = Mutex<[String: Int64]>([:])

  func act(_ client: LiveClient, _ dice: inout Dice) async -> Bool {
    let keys = ring.keys().shuffled(&dice).prefix(2 + Int(dice.below(2)))
    var parts: [Part] = []
    if dice.chance(1, in: 4), let value = seen.withLock({ $0[keys[0]] }) {
      parts.append(.equal(keys[0], value))
    }
    for key in keys {
      parts.append(dice.chance(1, in: 2) ? .read(key) : .write(key, ring.nextValue()))
    }
    return await run(parts, client)
  }

  func finalReads() -> [@Sendable (LiveClient) async -> Bool] {
    ring.groups.map { group in { await self.run(group.map { .read($0) }, $0) } }
  }

  private func run(_ parts: [Part], _ client: LiveClient) async -> Bool {
    await client.record("txn", .list(parts.map { $0.history(.null) })) { () throws(ClientError) in
      let answer = try await client.store.transact(Self.transaction(parts))
      guard answer.result.succeeded else { return .ok(.boolean(false)) }
      var steps = answer.result.steps[...]
      var result: [HistoryValue] = []
      for part in parts {
        var value = HistoryValue.null
        // A condition is no step.
        if case .equal = part {
        } else if case .range(let found)? = steps.popFirst() {
          value = HistoryValue(number: found.items.first?.text)
        }
        if case .read(let key) = part, let number = value.integer {
          seen.withLock { $0[key] = number }
        }
        result.append(part.history(value))
      }
      return .ok(.list(result))
    }
  }

  private static func transaction(_ parts: [Part]) -> Transaction {
    var transaction = Transaction(compare: [], success: [], failure: [])
    for part in parts {
      switch part {
      case .read(let key):
        transaction.success.append(.range(RangeQuery(range: .key(Array(key.utf8)[...]))))
      case .write(let key, let value):
        transaction.success.append(
          .put(Put(key: Array(key.utf8)[...], value: Array("\(value)".utf8)[...])))
      case .equal(let key, let value):
        transaction.compare.append(
          Comparison(
            range: .key(Array(key.utf8)[...]), relation: .equal,
            target: .value(Array("\(value)".utf8)[...])))
      }
    }
    return transaction
  }
}

extension TransactionWorkload.Part {
  /// `[name key value]`; `read` stands for what came back.
  fileprivate func history(_ read: HistoryValue) -> HistoryValue {
    switch self {
    case .read(let key): .list([.text("r"), .text(key), read])
    case .write(let key, let value): .list([.text("w"), .text(key), .integer(value)])
    case .equal(let key, let value): .list([.text("eq"), .text(key), .integer(value)])
    }
  }
}
