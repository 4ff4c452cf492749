/// The only source of chance below the World floor: a seeded generator that gives the same rolls on
/// every machine and in every build.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014):
/// one word of state, full period, good enough for jitter and for choosing faults. Not for secrets.
public struct Dice: Hashable, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number in `0 ..< bound`, without bias (Lemire's method).
  public mutating func below(_ bound: UInt64) -> UInt64 {
    precondition(bound > 0, "Dice.below: bound must be positive")
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// A span in `least ..< most`; `least` when the range is empty.
  public mutating func span(from least: TimeSpan, to most: TimeSpan) -> TimeSpan {
    guard least < most else { return least }
    return least + .nanoseconds(below(most.nanoseconds - least.nanoseconds))
  }

  /// True in `numerator` of `denominator` cases.
  public mutating func chance(_ numerator: UInt64, in denominator: UInt64) -> Bool {
    below(denominator) < numerator
  }

  /// An independent generator whose rolls do not depend on how many this one makes afterwards.
  public mutating func split() -> Dice { Dice(seed: next()) }
}
