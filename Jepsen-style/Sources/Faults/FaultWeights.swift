internal import Determinism

/// How often each kind of fault comes, relative to the others; zero: this seed does without.
public struct FaultWeights: Hashable, Sendable {
  public var kill, power, pause, restart: UInt64
  public var partition, heal, clog, swizzle, reset: UInt64
  public var stall, full, failedSync: UInt64
  public var wallJump: UInt64
  public var transfer, snapshot: UInt64

  init(_ profile: Profile, _ dice: inout Dice) {
    func weight(_ isOn: Bool, _ most: UInt64, _ dice: inout Dice) -> UInt64 {
      // Half of the seeds do without a kind, so that another can show what it does alone.
      let draw = dice.chance(1, in: 2) ? 1 + dice.below(most) : 0
      return isOn ? draw : 0
    }
    kill = weight(profile.hasCrashes, 4, &dice)
    power = weight(profile.hasCrashes, 6, &dice)
    pause = weight(profile.hasCrashes, 4, &dice)
    restart = weight(profile.hasCrashes, 2, &dice)
    partition = weight(profile.hasNetworkFaults, 8, &dice)
    heal = partition * (1 + dice.below(2))
    clog = weight(profile.hasNetworkFaults, 3, &dice)
    swizzle = weight(profile.hasNetworkFaults, 1, &dice)
    reset = weight(profile.hasNetworkFaults, 4, &dice)
    stall = weight(profile.hasDiskFaults, 3, &dice)
    full = weight(profile.hasDiskFaults, 2, &dice)
    failedSync = weight(profile.hasDiskFaults, 1, &dice)
    wallJump = weight(profile.hasClockFaults, 1, &dice)
    transfer = weight(profile != .calm, 2, &dice)
    snapshot = weight(profile != .calm, 1, &dice)
  }

  /// The kinds in a fixed order with their weights.
  var all: [(kind: FaultKind, weight: UInt64)] {
    [
      (.kill, kill), (.power, power), (.pause, pause), (.restart, restart),
      (.partition, partition), (.heal, heal), (.clog, clog), (.swizzle, swizzle),
      (.reset, reset), (.stall, stall), (.full, full), (.failedSync, failedSync),
      (.wallJump, wallJump), (.transfer, transfer), (.snapshot, snapshot),
    ]
  }
}

/// The names of `FaultWeights`.
enum FaultKind: Sendable {
  case kill, power, pause, restart, partition, heal, clog, swizzle, reset, stall, full, failedSync
  case wallJump, transfer, snapshot
}
