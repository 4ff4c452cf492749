import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("A power failure at every boundary")
struct CrashTests {
  /// A disk on which the power failed in `step` of the life that `seed` draws, and what that life
  /// promised.
  static func crash(seed: UInt64, step: Int?) -> (disk: CrashableDisk, oracle: Oracle) {
    let disk = CrashableDisk()
    disk.crashStep = step
    var workload = Workload(seed: seed)
    try? workload.run(on: disk)
    return (disk, workload.oracle)
  }

  @Test(
    "pitfall 52: whatever write, sync or rename it hits, nothing synced is lost or invented",
    arguments: UInt64(1)...8)
  func everyBoundary(seed: UInt64) throws {
    let steps = Self.crash(seed: seed, step: nil).disk.steps
    #expect(steps > 40)
    for step in 1...steps {
      let (disk, oracle) = Self.crash(seed: seed, step: step)
      var dice = Dice(seed: seed &* 7919 &+ UInt64(step))
      for _ in 0..<3 { try Self.check(disk.afterCrash(&dice), oracle, "step \(step)") }
    }
  }

  @Test(
    "a power failure during recovery loses nothing either", arguments: UInt64(101)...104)
  func duringRecovery(seed: UInt64) throws {
    let steps = Self.crash(seed: seed, step: nil).disk.steps
    var dice = Dice(seed: seed)
    for step in stride(from: 20, through: steps, by: 3) {
      let (disk, oracle) = Self.crash(seed: seed, step: step)
      let once = disk.afterCrash(&dice)
      once.crashStep = 1 + Int(dice.below(6))
      _ = try? WriteAheadLog.open(once, Sample.options, renewal: Sample.renewal)
      try Self.check(once.afterCrash(&dice), oracle, "step \(step), then \(once.steps)")
    }
  }

  /// Recovers `disk`, holds that against the oracle, and sees that the node can go on from there.
  static func check(_ disk: CrashableDisk, _ oracle: Oracle, _ context: String) throws {
    switch try WriteAheadLog.open(disk, Sample.options, renewal: Sample.renewal) {
    case .unformatted:
      #expect(oracle.end == Sample.position(0, 1) && oracle.ballot == .blank, "\(context)")
      try WriteAheadLog.format(
        disk, Sample.identity, genesis: Sample.genesis, Sample.options)
      #expect(try Sample.open(disk).recovery.entries == [Sample.genesis], "\(context)")
    case .opened(let log, let recovery):
      let objections = oracle.objections(to: recovery)
      #expect(objections == [], "\(context): \(disk.trace.suffix(3))")
      let next = Sample.entry(1000, log.last.index.number + 1)
      try log.append([next])
      try log.sync()
      let again = try Sample.recover(disk)
      #expect(again.slots == recovery.slots + [.entry(next)], "\(context)")
      #expect(again.ballot == recovery.ballot, "\(context)")
    }
  }
}
