import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("A later epoch takes a directory over")
struct EpochChangeTests {
  static let cluster = ClusterID(0xC1, epoch: 2)
  static let identity = DiskIdentity(
    cluster: cluster, node: NodeID(1), incarnation: DiskIncarnation(0xD2))
  static let descriptor = SnapshotDescriptor(
    position: Sample.position(3, 40), logTime: LogTime(milliseconds: 40),
    membership: Membership(voters: [
      Member(
        id: NodeID(1), incarnation: DiskIncarnation(0xD2), peerAddress: "a:1",
        clientAddress: "a:2")
    ]), cluster: cluster, stateHash: 7)

  static func format(_ files: some FileSystem) throws(LogFault) {
    try WriteAheadLog.format(files, identity, from: descriptor, Sample.options) {
      (writer) throws(LogFault) in try writer.append([1, 2, 3])
    }
  }

  /// A directory of epoch 1 with entries 1 to 5.
  static func old() throws -> CrashableDisk {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...5))
    try log.sync()
    try log.saveBallot(Ballot(term: Term(9), vote: NodeID(1)))
    return disk
  }

  static func change(_ disk: CrashableDisk) throws {
    let change = EpochChange(disk, epoch: 2)
    try format(try change.prepare())
    try change.complete()
  }

  @Test("a directory formatted from a snapshot starts behind it, with an empty log")
  func formatted() throws {
    let disk = CrashableDisk()
    try Self.format(disk)
    let (log, recovery) = try Sample.open(disk)
    #expect(recovery.identity == Self.identity)
    #expect(recovery.snapshot?.descriptor == Self.descriptor)
    #expect(recovery.slots.isEmpty && recovery.notes.isEmpty)
    #expect(log.last == Self.descriptor.position)
    let next = Sample.entry(4, 41)
    try log.append([next])
    try log.sync()
    #expect(try Sample.recover(disk).slots == [.entry(next)])
  }

  @Test("whatever step a crash hits, the format can be repeated, twice over")
  func formatCrashes() throws {
    let whole = CrashableDisk()
    try Self.format(whole)
    for step in 1...whole.steps {
      for seed in [UInt64(step)] {
        let disk = CrashableDisk()
        disk.crashStep = step
        try? Self.format(disk)
        var dice = Dice(seed: seed)
        let second = disk.afterCrash(&dice)
        second.crashStep = 1 + Int(dice.below(UInt64(whole.steps)))
        try? Self.formatUnlessDone(second)
        let found = second.afterCrash(&dice)
        try Self.formatUnlessDone(found)
        let recovery = try Sample.recover(found)
        #expect(recovery.snapshot?.descriptor == Self.descriptor, "step \(step), seed \(seed)")
        #expect(recovery.slots.isEmpty, "step \(step), seed \(seed)")
      }
    }
  }

  private static func formatUnlessDone(_ disk: CrashableDisk) throws {
    if case .unformatted = try WriteAheadLog.open(
      disk, Sample.options, renewal: Sample.renewal)
    {
      try format(disk)
    }
  }

  @Test("the new epoch starts, and the old data stands aside, whole")
  func taken() throws {
    let disk = try Self.old()
    let before = try Sample.recover(disk)
    try Self.change(disk)
    #expect(try Sample.recover(disk).identity == Self.identity)
    let aside = try Subdirectory(disk, "before-epoch-2")
    guard
      case .opened(_, let kept) = try WriteAheadLog.open(
        aside, Sample.options, renewal: Sample.renewal)
    else {
      Issue.record("the old data has no identity")
      return
    }
    #expect(kept == before)
    #expect(try EpochChange.found(on: disk) == nil)
  }

  @Test("at every crash the directory is of the old epoch, of the new, or starts nobody")
  func changeCrashes() throws {
    let whole = try Self.old()
    let before = try Sample.recover(whole)
    let began = whole.steps
    try Self.change(whole)
    for step in began + 1...whole.steps {
      for seed in [UInt64(step)] {
        let disk = try Self.old()
        disk.crashStep = step
        try? Self.change(disk)
        var dice = Dice(seed: seed)
        let found = disk.afterCrash(&dice)
        try Self.check(found, before, "step \(step), seed \(seed)")
        // Another crash while it is being finished.
        let again = found.copy()
        again.crashStep = 1 + Int(dice.below(12))
        try? Self.goOn(again)
        let last = again.afterCrash(&dice)
        try Self.check(last, before, "step \(step) and then \(again.steps), seed \(seed)")
        try Self.goOn(last)
        #expect(try Sample.recover(last).snapshot?.descriptor == Self.descriptor)
        let aside = try Subdirectory(last, "before-epoch-2")
        guard
          case .opened(_, let kept) = try WriteAheadLog.open(
            aside, Sample.options, renewal: Sample.renewal)
        else {
          Issue.record("the old data has no identity after step \(step)")
          continue
        }
        #expect(kept.slots == before.slots && kept.ballot == before.ballot)
      }
    }
  }

  /// What an operator does who repeats the command.
  private static func goOn(_ disk: CrashableDisk) throws {
    if let change = try EpochChange.found(on: disk) {
      #expect(try change.snapshot() == descriptor)
      try change.complete()
    } else if try LogContents(disk).identity.cluster.epoch == 1 {
      try change(disk)
    }
  }

  private static func check(
    _ disk: CrashableDisk, _ before: Recovery, _ context: String
  ) throws {
    let stage = try EpochChange(disk, epoch: 2).stage()
    do throws(LogFault) {
      guard
        case .opened(_, let found) = try WriteAheadLog.open(
          disk.copy(), Sample.options, renewal: Sample.renewal)
      else {
        #expect(stage == .interrupted, "\(context)")
        return
      }
      let isOld = found.identity == before.identity && found.slots == before.slots
      let isNew = found.identity == identity && found.snapshot?.descriptor == descriptor
      #expect(stage == .none ? isOld || isNew : isOld, "\(context): \(found)")
    } catch {
      guard case .damaged(let damage) = error else { throw error }
      #expect(damage.path == "identity" && stage == .interrupted, "\(context): \(error)")
    }
  }

  @Test("data that an earlier change put aside is not overwritten")
  func asideIsKept() throws {
    let disk = try Self.old()
    try Self.change(disk)
    #expect(throws: LogFault.alreadyFormatted(found: ["before-epoch-2"])) {
      _ = try EpochChange(disk, epoch: 2).prepare()
    }
  }
}
