public import Determinism
public import RaftTypes

/// Ways in which a network falls apart; each may also fall apart in one direction only.
public enum PartitionShape: CaseIterable, Sendable {
  /// One node is alone.
  case one
  /// Some fewer than half are apart from the rest.
  case minority
  /// The leader is alone, if one is known.
  case leaderAlone
  /// The leader is apart from the rest with fewer than half, who go on believing in it.
  case leaderAndFew
  /// Everybody sees a majority, and no two the same one: each reaches its neighbours on a ring.
  case majoritiesRing
  /// Two halves that only one node sees both of.
  case bridge
  /// One direction of one pair.
  case oneWay
  /// One node hears nobody, but is heard.
  case deaf

  /// The paths that go dead.
  public func paths(
    among nodes: [NodeID], leader: NodeID?, _ dice: inout Dice
  ) -> [Path] {
    let shuffled = nodes.shuffled(&dice)
    guard let first = shuffled.first, nodes.count > 1 else { return [] }
    switch self {
    case .one: return Self.apart([first], shuffled)
    case .leaderAlone: return Self.apart([leader ?? first], shuffled)
    case .minority:
      let count = 1 + Int(dice.below(UInt64(max(1, (nodes.count - 1) / 2))))
      return Self.apart(Array(shuffled.prefix(count)), shuffled)
    case .leaderAndFew:
      let center = leader ?? first
      let others = shuffled.filter { $0 != center }
      let few = dice.below(UInt64(max(1, (nodes.count - 1) / 2)))
      return Self.apart([center] + others.prefix(Int(few)), shuffled)
    case .majoritiesRing:
      // A majority, with the node itself in the middle of it.
      let reach = (nodes.count / 2 + 1) / 2
      return Self.pairs(shuffled).filter { path in
        guard let a = shuffled.firstIndex(of: path.from), let b = shuffled.firstIndex(of: path.to)
        else { return false }
        let distance = min((a - b + nodes.count) % nodes.count, (b - a + nodes.count) % nodes.count)
        return distance > reach
      }
    case .bridge:
      let rest = shuffled.dropFirst()
      let half = Array(rest.prefix(rest.count / 2))
      return Self.apart(half, Array(rest))
    case .oneWay: return [Path(from: first, to: shuffled[1])]
    case .deaf: return shuffled.dropFirst().map { Path(from: $0, to: first) }
    }
  }

  /// Of every pair that a cut divides only one direction: seen from the first node always the same
  /// one, so that it is deaf or mute, or one by chance for each pair.
  public static func halved(_ cut: [Path], _ dice: inout Dice) -> [Path] {
    guard let first = cut.first?.from else { return [] }
    let mode = dice.below(3)
    var kept: [Path] = []
    for path in cut {
      let reverse = Path(from: path.to, to: path.from)
      guard !kept.contains(path), !kept.contains(reverse) else { continue }
      let isKept =
        switch mode {
        case 0: path.from == first
        case 1: path.to == first
        case _: dice.chance(1, in: 2)
        }
      kept.append(isKept || !cut.contains(reverse) ? path : reverse)
    }
    return kept
  }

  private static func pairs(_ nodes: [NodeID]) -> [Path] {
    nodes.flatMap { a in nodes.filter { $0 != a }.map { Path(from: a, to: $0) } }
  }

  private static func apart(_ group: [NodeID], _ nodes: [NodeID]) -> [Path] {
    pairs(nodes).filter { group.contains($0.from) != group.contains($0.to) }
  }
}

extension Array {
  /// The elements in an order that the dice choose (Fisher and Yates).
  public func shuffled(_ dice: inout Dice) -> [Element] {
    var result = self
    for i in result.indices.dropFirst().reversed() {
      result.swapAt(i, Int(dice.below(UInt64(i + 1))))
    }
    return result
  }

  /// One of the elements.
  /// - Precondition: there is one.
  public func pick(_ dice: inout Dice) -> Element { self[Int(dice.below(UInt64(count)))] }
}
