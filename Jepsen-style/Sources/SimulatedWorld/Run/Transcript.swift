internal import Determinism

/// What happened in a run: a hash of everything, and one line an event when somebody listens.
struct Transcript {
  private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  private(set) var events = 0
  private let tell: ((String) -> Void)?

  init(tell: ((String) -> Void)?) { self.tell = tell }

  var isTelling: Bool { tell != nil }

  /// One round of a multiply-and-rotate mix: order matters, and no number is ever lost in another.
  mutating func mix(_ number: UInt64) {
    hash = ((hash ^ number) &* 0x9e37_79b9_7f4a_7c15)
    hash ^= hash >> 29
  }

  mutating func event(_ now: Instant, _ code: UInt64, _ place: Int) {
    events += 1
    mix(now.nanoseconds)
    mix(code << 8 | UInt64(truncatingIfNeeded: place))
  }

  func line(_ now: Instant, _ who: String, _ what: String) {
    guard let tell else { return }
    let micros = String(now.nanoseconds / 1000 % 1_000_000)
    let pad = String(repeating: "0", count: 6 - micros.utf8.count)
    tell("\(now.nanoseconds / 1_000_000_000).\(pad)\(micros) \(who) \(what)")
  }
}
