internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import RaftTypes

// Clients that use all that the store can do: ranges at old revisions, deletions, transactions over
// several keys, compaction, sessions that they keep alive. The answer book knows what is right.
extension World {
  func nextBrowsing(_ index: Int) -> SimulatedClient.Task {
    if let session = clients[index].session, clientDice.chance(1, in: 12) {
      return .edit(.session(.renew(session)), value: nil)
    }
    switch clientDice.below(12) {
    case 0...3: return .browse(query(index))
    case 4...6:
      let value = newValue()
      return .edit(.put(put(value)), value: value)
    case 7, 8: return .edit(.delete(Delete(range: range(), wantsPrevious: coin())), value: nil)
    case 9, 10:
      let value = newValue()
      return .edit(.transaction(transaction(index, value)), value: value)
    case _:
      let behind = clientDice.below(40)
      let seen = clients[index].seenRevision
      return .edit(.compact(Revision(seen > behind ? seen - behind : 1)), value: nil)
    }
  }

  private static var width: UInt64 { 6 }

  private func coin() -> Bool { clientDice.chance(1, in: 2) }

  private func key(_ number: UInt64) -> Bytes { Array("x\(number)".utf8)[...] }

  private func range() -> KeyRange {
    let first = clientDice.below(Self.width)
    switch clientDice.below(3) {
    case 0: return .key(key(first))
    case 1: return KeyRange(start: key(first), end: .before(key(first + 2)))
    case _: return .prefix(Array("x".utf8)[...])
    }
  }

  private func query(_ index: Int) -> RangeQuery {
    let isOld = clients[index].seenRevision > 1 && clientDice.chance(2, in: 3)
    let behind = clientDice.below(30)
    let seen = clients[index].seenRevision
    return RangeQuery(
      range: range(), revision: isOld ? Revision(seen > behind ? seen - behind : 1) : nil,
      order: coin() ? .ascending : .descending,
      content: [.keysAndValues, .keysAndValues, .keysOnly, .countOnly][
        Int(clientDice.below(4))],
      limit: coin() ? nil : UInt32(1 + clientDice.below(3)))
  }

  private func put(_ value: UInt64) -> Put {
    Put(
      key: key(clientDice.below(Self.width)), value: Oracle.value(value)[...],
      wantsPrevious: coin())
  }

  // Compares, deletes one key, puts another, and looks at all of it; else puts a third.
  private func transaction(_ index: Int, _ value: UInt64) -> Transaction {
    let (first, second) = (clientDice.below(Self.width), clientDice.below(Self.width - 1))
    let other = second < first ? second : second + 1
    let seen = Revision(clients[index].seenRevision)
    let target: Comparison.Target =
      [.version(0), .version(1), .modRevision(seen)][Int(clientDice.below(3))]
    let relation: Comparison.Relation =
      [.equal, .notEqual, .less, .greater][Int(clientDice.below(4))]
    let compare = [
      Comparison(range: .key(key(first)), relation: relation, target: target),
      Comparison(range: range(), relation: .notEqual, target: .version(3)),
    ]
    let put = Put(key: key(first), value: Oracle.value(value)[...], wantsPrevious: coin())
    return Transaction(
      compare: compare,
      success: [
        .delete(Delete(range: .key(key(other)), wantsPrevious: coin())), .put(put),
        .range(RangeQuery(range: .prefix(Array("x".utf8)[...]))),
      ], failure: [.put(put)])
  }
}
