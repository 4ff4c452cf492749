internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import KeyValueClient
internal import Properties

/// Appends to lists and reads of whole lists, several in one transaction. A list is text, its
/// elements behind each other.
struct AppendWorkload: Workload {
  enum Part {
    case read(String)
    case append(String, Int64)
  }

  private struct Seen {
    let list: String?
    let revision: Revision
  }

  let property = Property.listAppend
  private let ring = KeyRing("a", width: 4, lifetime: 300)

  func act(_ client: LiveClient, _ dice: inout Dice) async -> Bool {
    let keys = ring.keys().shuffled(&dice).prefix(1 + Int(dice.below(3)))
    return await run(
      keys.map { dice.chance(1, in: 2) ? .read($0) : .append($0, ring.nextValue()) }, client)
  }

  func finalReads() -> [@Sendable (LiveClient) async -> Bool] {
    ring.groups.map { group in { await self.run(group.map { .read($0) }, $0) } }
  }

  private func run(_ parts: [Part], _ client: LiveClient) async -> Bool {
    await client.record("txn", .list(parts.map { $0.history(nil) })) { () throws(ClientError) in
      for _ in 0..<Limits.optimisticTries {
        let seen = try await read(parts, client)
        guard try await commit(parts, seen, client) else { continue }
        return .ok(.list(zip(parts, seen).map { $0.history($1.list) }))
      }
      return .contended
    }
  }

  private func read(_ parts: [Part], _ client: LiveClient) async throws(ClientError) -> [Seen] {
    // One key through the path of reads, several through that of transactions.
    if parts.count == 1 {
      let (list, revision) = try await client.store.versioned(parts[0].key)
      return [Seen(list: list, revision: revision)]
    }
    let steps = parts.map { Transaction.Step.range(RangeQuery(range: $0.range)) }
    let answer: TransactionResult
    do throws(ClientError) {
      let transaction = Transaction(compare: [], success: steps, failure: [])
      answer = try await client.store.transact(transaction, ifUnknown: .sendAgain).result
    } catch {
      // It only reads: whatever became of it, the operation has had no effect.
      throw ClientError(error.code, error.message, outcome: .notApplied, retryable: true)
    }
    return answer.steps.map { step in
      guard case .range(let found) = step, let item = found.items.first else {
        return Seen(list: nil, revision: Revision(0))
      }
      return Seen(list: item.text, revision: item.modRevision)
    }
  }

  private func commit(
    _ parts: [Part], _ seen: [Seen], _ client: LiveClient
  ) async throws(ClientError) -> Bool {
    var transaction = Transaction(compare: [], success: [], failure: [])
    for (part, seen) in zip(parts, seen) {
      transaction.compare.append(
        Comparison(range: part.range, relation: .equal, target: .modRevision(seen.revision)))
      guard case .append(let key, let element) = part else { continue }
      let list = (seen.list.map { $0 + " " } ?? "") + "\(element)"
      transaction.success.append(
        .put(Put(key: Array(key.utf8)[...], value: Array(list.utf8)[...])))
    }
    guard !transaction.success.isEmpty else { return true }
    return try await client.store.transact(transaction).result.succeeded
  }
}

extension AppendWorkload.Part {
  fileprivate var key: String {
    switch self {
    case .read(let key), .append(let key, _): key
    }
  }

  fileprivate var range: KeyRange { .key(Array(key.utf8)[...]) }

  /// `[name key value]`; `list` stands for what was read.
  fileprivate func history(_ list: String?) -> HistoryValue {
    switch self {
    case .append(let key, let element): .list([.text("append"), .text(key), .integer(element)])
    case .read(let key):
      .list([
        .text("r"), .text(key),
        list.map { .list($0.split(separator: " ").map { HistoryValue(number: String($0)) }) }
          ?? .null,
      ])
    }
  }
}
