/// Names one restoring of a snapshot: `64b5f1a2-9c0d1e2f`, the second at which it was drawn and
/// chance. All nodes of one restored cluster are given the same.
///
/// It is of use for a day. A disk that is restored with it is, to the cluster, the voter that was
/// restored with it first: done again weeks later, to a node that has lost its disk, it would bring
/// back a voter without what it promised since (pitfall 3).
struct RestoreID: Hashable {
  let second: UInt32
  let chance: UInt32

  static let lifetime: UInt32 = 24 * 3600

  init(second: UInt32, chance: UInt32) {
    self.second = second
    self.chance = chance
  }

  init?(_ text: String) {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count == 2, halves.allSatisfy({ $0.utf8.count == 8 }),
      let second = UInt32(halves[0], radix: 16), let chance = UInt32(halves[1], radix: 16)
    else { return nil }
    self.init(second: second, chance: chance)
  }

  var number: UInt64 { UInt64(second) << 32 | UInt64(chance) }

  /// Whether it was drawn within a day of `now`, in seconds since 1970.
  func isFresh(at now: UInt32) -> Bool {
    let distance = now > second ? now - second : second - now
    return distance <= Self.lifetime
  }

  var text: String {
    func eight(_ number: UInt32) -> String {
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
    return "\(eight(second))-\(eight(chance))"
  }
}
