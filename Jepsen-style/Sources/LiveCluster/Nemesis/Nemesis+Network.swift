internal import Determinism
internal import Faults
internal import RaftTypes

extension Nemesis {
  /// A partition of any shape, both ways.
  func partition(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? {
    let shapes: [PartitionShape] = [.one, .minority, .leaderAlone, .leaderAlone, .bridge]
    let rings: [PartitionShape] = nodes.ids.count > 3 ? [.majoritiesRing] : []
    let shape = (shapes + rings).pick(&dice)
    let leader = await leader()
    return try cut(shape, leader, 800 + dice.below(4000), &dice)
  }

  /// One direction only: of one pair, or of all that goes to one node.
  func oneWay(_ dice: inout Dice) throws(LiveFailure) -> RunningFault? {
    let shape: PartitionShape = dice.chance(1, in: 2) ? .deaf : .oneWay
    return try cut(shape, nil, 800 + dice.below(4000), &dice)
  }

  private func cut(
    _ shape: PartitionShape, _ leader: NodeID?, _ milliseconds: UInt64, _ dice: inout Dice
  ) throws(LiveFailure) -> RunningFault? {
    let paths = shape.paths(among: nodes.ids, leader: leader, &dice)
    guard !paths.isEmpty else { return nil }
    var trouble = LinkTrouble()
    trouble.isCut = true
    return try disturb(.cut, trouble, "\(shape): \(paths.words)", paths, milliseconds)
  }

  /// Slow, lossy, narrow or disorderly: all paths, those of one node, or one.
  func disturb(_ kind: NemesisKind, _ dice: inout Dice) throws(LiveFailure) -> RunningFault? {
    guard let effect = kind.trouble else { return nil }
    let all = nodes.ids.flatMap { a in
      nodes.ids.filter { $0 != a }.map { Path(from: a, to: $0) }
    }
    let center = nodes.ids.pick(&dice)
    let paths =
      switch dice.below(3) {
      case 0: all
      case 1: all.filter { $0.from == center || $0.to == center }
      default: all.filter { $0.from == center }
      }
    var trouble = LinkTrouble()
    var size = ""
    switch effect {
    case .delay:
      trouble.delay = 5 + dice.below(60)
      trouble.jitter = dice.below(60)
      size = "\(trouble.delay)+\(trouble.jitter) ms"
    case .loss:
      trouble.loss = 10 + dice.below(90)
      size = "\(trouble.loss) ‰"
    case .bandwidth:
      trouble.bytesPerSecond = 30_000 + dice.below(150_000)
      size = "\((trouble.bytesPerSecond ?? 0) / 1000) kB/s"
    case .duplication:
      trouble.duplication = 50 + dice.below(450)
      size = "\(trouble.duplication) ‰"
    case .reordering:
      trouble.reordering = 20 + dice.below(200)
      size = "\(trouble.reordering) ‰"
    case .cut: trouble.isCut = true
    }
    let place = paths.count == all.count ? "everywhere" : paths.words
    return try disturb(effect, trouble, "\(kind) \(size) \(place)", paths, 1500 + dice.below(4000))
  }

  private func disturb(
    _ effect: Trouble, _ trouble: LinkTrouble, _ what: String, _ paths: [Path],
    _ milliseconds: UInt64
  ) throws(LiveFailure) -> RunningFault {
    let before = try effects(on: paths)
    let id = try self.trouble(trouble, paths)
    return RunningFault(what: what, hold: .milliseconds(milliseconds)) {
      () async throws(LiveFailure) in
      let count = (try self.effects(on: paths) - before)[effect]
      try self.relieve(id)
      return count > 0
        ? .injected("\(count) frames or packets met it")
        : .notInjected("nothing was under way on these paths")
    }
  }
}

extension [Path] {
  /// `n1→n2 n2→n1`.
  var words: String { map { "\($0.from)→\($0.to)" }.joined(separator: " ") }
}
