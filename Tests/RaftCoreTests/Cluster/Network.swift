import Determinism
import RaftTypes

/// A direction between two nodes.
struct Link: Comparable, Hashable {
  let from: NodeID
  let to: NodeID
  static func < (a: Link, b: Link) -> Bool { (a.from, a.to) < (b.from, b.to) }
}

/// What becomes of a message.
enum Fate {
  case arrive
  case lose
  /// Kept until the test releases it.
  case keep
}

/// How the links behave.
struct Network {
  /// Links that carry nothing.
  var cut: SortedMap<Link, Bool> = SortedMap()
  var delayLeast = TimeSpan.microseconds(500)
  var delayMost = TimeSpan.microseconds(500)
  /// Out of a hundred messages.
  var lossPercent: UInt64 = 0
  var copyPercent: UInt64 = 0
  /// What a test wants for single messages.
  var fate: (Envelope) -> Fate = { _ in .arrive }

  mutating func cut(_ from: NodeID, _ to: NodeID) { cut[Link(from: from, to: to)] = true }

  /// When the copies of a message arrive, counted from now; none when it is lost.
  func arrivals(of envelope: Envelope, _ dice: inout Dice) -> [TimeSpan] {
    guard cut[Link(from: envelope.from, to: envelope.to)] == nil else { return [] }
    if lossPercent > 0, dice.chance(lossPercent, in: 100) { return [] }
    var arrivals = [dice.span(from: delayLeast, to: delayMost)]
    if copyPercent > 0, dice.chance(copyPercent, in: 100) {
      arrivals.append(dice.span(from: delayLeast, to: delayMost * 4))
    }
    return arrivals
  }
}
