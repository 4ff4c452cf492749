import ClientProtocol
import Determinism

/// Commands over few keys, so that they meet; keys of many shapes, so that prefixes, zeros and
/// long runs meet too.
struct RandomCommands {
  var dice: Dice
  let keyCount: UInt64

  init(seed: UInt64, keys: UInt64) {
    dice = Dice(seed: seed)
    keyCount = keys
  }

  mutating func key() -> [UInt8] {
    let number = dice.below(keyCount)
    switch number % 7 {
    case 0: return Array("k\(number)".utf8)
    case 1: return Array("a/long/prefix/that/keys/share/\(number / 10)".utf8)
    case 2: return Array(repeating: 0xff, count: Int(number % 12))
    case 3: return Array(repeating: 0, count: Int(number % 12))
    case 4: return Array("a/long".utf8) + [UInt8(number % 256), 0, 0, 0]
    case 5: return Array("a/long/prefix/that/keys/share/and/go/on/\(number)".utf8)
    default: return [UInt8(number % 256)]
    }
  }

  mutating func value() -> [UInt8] {
    let count = dice.chance(1, in: 20) ? 300 : Int(dice.below(12))
    return (0..<count).map { _ in UInt8(dice.below(4)) }
  }

  mutating func range() -> KeyRange {
    switch dice.below(6) {
    case 0, 1: return .key(key()[...])
    case 2: return .prefix(key().prefix(Int(dice.below(6))))
    case 3: return .all
    case 4: return KeyRange(start: key()[...], end: .unbounded)
    default: return KeyRange(start: key()[...], end: .before(key()[...]))
    }
  }

  mutating func revision(near newest: UInt64) -> Revision {
    let back = dice.below(30)
    return Revision(newest + 2 > back ? newest + 2 - back : 0)
  }

  mutating func query(near newest: UInt64) -> RangeQuery {
    var query = RangeQuery(range: range())
    if dice.chance(1, in: 2) { query.revision = revision(near: newest) }
    query.order = dice.chance(1, in: 2) ? .ascending : .descending
    if dice.chance(1, in: 5) { query.content = .keysOnly }
    if dice.chance(1, in: 8) { query.content = .countOnly }
    if dice.chance(1, in: 3) { query.limit = UInt32(dice.below(8)) }
    if dice.chance(1, in: 3) { query.maxBytes = UInt32(dice.below(120)) }
    if dice.chance(1, in: 3) { query.after = key()[...] }
    return query
  }

  mutating func put() -> Put {
    Put(
      key: key()[...], value: value()[...],
      lease: dice.chance(1, in: 5) ? LeaseID(1 + dice.below(3)) : nil,
      wantsPrevious: dice.chance(1, in: 3))
  }

  mutating func delete() -> Delete {
    let range = dice.chance(4, in: 5) ? KeyRange.key(key()[...]) : range()
    return Delete(range: range, wantsPrevious: dice.chance(1, in: 3))
  }

  mutating func comparison(near newest: UInt64) -> Comparison {
    let target: Comparison.Target
    switch dice.below(5) {
    case 0: target = .version(dice.below(4))
    case 1: target = .createRevision(dice.chance(1, in: 2) ? Revision(0) : revision(near: newest))
    case 2: target = .modRevision(dice.chance(1, in: 2) ? Revision(0) : revision(near: newest))
    case 3: target = .value(value()[...])
    default: target = .lease(dice.below(3))
    }
    let relations: [Comparison.Relation] = [.equal, .notEqual, .less, .greater]
    return Comparison(range: range(), relation: relations[Int(dice.below(4))], target: target)
  }

  mutating func transaction(near newest: UInt64, depth: Int = 0) -> Transaction {
    var transaction = Transaction(compare: [], success: [], failure: [])
    for _ in 0..<dice.below(3) { transaction.compare.append(comparison(near: newest)) }
    for _ in 0..<dice.below(4) {
      transaction.success.append(step(near: newest, depth: depth))
    }
    for _ in 0..<dice.below(4) {
      transaction.failure.append(step(near: newest, depth: depth))
    }
    return transaction
  }

  private mutating func step(near newest: UInt64, depth: Int) -> Transaction.Step {
    switch dice.below(depth < 2 ? 8 : 7) {
    case 0...3: return .put(put())
    case 4: return .delete(Delete(range: .key(key()[...]), wantsPrevious: dice.chance(1, in: 2)))
    case 5:
      var query = query(near: newest)
      if dice.chance(3, in: 4) { query.revision = nil }
      return .range(query)
    case 6: return .delete(delete())
    default: return .transaction(transaction(near: newest, depth: depth + 1))
    }
  }

  mutating func operation(near newest: UInt64) -> Command.Operation {
    switch dice.below(20) {
    case 0...11: return .put(put())
    case 12...14: return .delete(delete())
    case 15...18: return .transaction(transaction(near: newest))
    default:
      let back = dice.below(25)
      return .compact(Revision(newest + 2 > back ? newest + 2 - back : 0))
    }
  }
}
