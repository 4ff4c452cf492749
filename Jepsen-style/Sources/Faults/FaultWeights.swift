internal import Determinism

/// How often each class of faults comes, relative to the others; zero: this seed does without.
public struct FaultWeights: Hashable, Sendable {
  // In the order of `FaultClass.drawn`.
  private let weights: [UInt64]
  let total: UInt64

  init(_ profile: Profile, _ dice: inout Dice) {
    var weights: [UInt64] = []
    for fault in FaultClass.drawn {
      // Half of the seeds do without a class, so that another can show what it does alone.
      let draw = dice.chance(1, in: 2) ? 1 + dice.below(Self.most(fault)) : 0
      weights.append(profile.has(fault) ? draw : 0)
    }
    self.weights = weights
    total = weights.reduce(0, +)
  }

  /// The class at `place` of `total` when they lie side by side, each as wide as its weight.
  func fault(at place: UInt64) -> FaultClass? {
    var place = place
    for (fault, weight) in zip(FaultClass.drawn, weights) {
      if place < weight { return fault }
      place -= weight
    }
    return nil
  }

  /// Whether sectors may decay in this seed.
  public var hasDecay: Bool {
    let kinds: [FaultClass] = [.bitRot, .misdirectedWrite, .staleBlock, .readError]
    return zip(FaultClass.drawn, weights).contains { $1 > 0 && kinds.contains($0) }
  }

  // A heal ends all cuts, so it comes about as often as one; no disk fault may hide the others.
  private static func most(_ fault: FaultClass) -> UInt64 {
    switch fault {
    case .cut, .heal: 8
    case .powerLoss: 6
    case .kill, .pause, .reset, .oneWayCut, .coup: 4
    case .clog, .stall, .bitRot, .membership, .snapshot: 3
    case .restart, .fullDisk, .misdirectedWrite, .staleBlock, .readError, .transfer: 2
    case .swizzle, .writeError, .syncError, .lyingSync, .wallJump: 1
    case .loss, .copy, .reordering, .guardLoss, .reformat, .lostWrite, .tornWrite, .drift,
      .lostReply, .retry:
      1
    }
  }
}
