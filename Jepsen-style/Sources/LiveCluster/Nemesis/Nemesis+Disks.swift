internal import Determinism
internal import Faults
internal import RaftTypes

extension Nemesis {
  /// No space on the disk of one node.
  func fillDisk(_ dice: inout Dice) throws(LiveFailure) -> RunningFault? {
    let node = nodes.ids.pick(&dice)
    guard claims.claim([node]) else { return nil }
    let data = nodes.data(node)
    let free = try SmallDisk.fill(data)
    let hold = Duration.milliseconds(1000 + dice.below(4000))
    return RunningFault(what: "full disk of \(node)", hold: hold) { () async throws(LiveFailure) in
      defer { self.claims.release([node]) }
      try SmallDisk.relieve(data)
      return free == 0 ? .injected("0 bytes were free") : .notInjected("\(free) bytes were free")
    }
  }

  func flip(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? { nil }
  func truncate(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? { nil }
  func wipe(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? { nil }
}
