import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Every crash state of a life")
struct CrashStatesTests {
  /// The scripted life, and some that dice draw.
  private enum Life: Sendable {
    case scripted
    case drawn(UInt64)

    static let all: [Life] = [.scripted] + (11...14).map { .drawn($0) }

    /// The disk on which the power failed in `step` of this life, and what was promised until then.
    func crash(in step: Int?) -> (disk: CrashableDisk, oracle: Oracle) {
      if case .drawn(let seed) = self { return CrashTests.crash(seed: seed, step: step) }
      let disk = CrashableDisk()
      disk.crashStep = step
      var life = ScriptedLife(on: disk)
      do {
        try life.run()
      } catch {
        #expect(disk.isDown, "step \(step ?? 0): \(error)")
      }
      return (disk, life.oracle)
    }
  }

  @Test("pitfall 52: at every write, sync and rename, whatever survives, nothing promised is lost")
  func everyState() throws {
    var states: Set<Int> = []
    var boundaries = 0
    for life in Life.all {
      let steps = life.crash(in: nil).disk.steps
      boundaries += steps
      for step in 1...steps {
        let (disk, oracle) = life.crash(in: step)
        for survival in Survival.all {
          let found = disk.afterCrash(survival)
          guard states.insert(found.fingerprint).inserted else { continue }
          try CrashTests.check(found, oracle, "\(life), step \(step), \(survival)")
        }
      }
    }
    print("\(states.count) crash states from \(boundaries) boundaries, each recovered and checked")
    #expect(states.count >= 2000)
  }

  @Test("pitfall 52: a second failure at every boundary of the recovery loses nothing either")
  func everyRecovery() throws {
    var states: Set<Int> = []
    for life in Life.all {
      for step in 1...life.crash(in: nil).disk.steps {
        let (disk, oracle) = life.crash(in: step)
        for survival in [Survival.everything, .nothing, .sectors(mask: 1), .drawn(UInt64(step))] {
          for found in Self.recoveries(of: disk.afterCrash(survival)) {
            guard states.insert(found.fingerprint).inserted else { continue }
            try CrashTests.check(found, oracle, "\(life), step \(step), \(survival), again")
          }
        }
      }
    }
    print("\(states.count) states after a second failure, each recovered and checked")
    #expect(states.count >= 500)
  }

  @Test("pitfall 52: a restart counts on nothing that a power failure can still take back")
  func everyRestart() throws {
    for life in Life.all {
      for step in 1...life.crash(in: nil).disk.steps {
        for survival in [Survival.nothing, .contents, .newest, .oldest, .drawn(UInt64(step))] {
          let (disk, _) = life.crash(in: step)
          disk.revive()
          let opening = try WriteAheadLog.open(disk, Sample.options, renewal: Sample.renewal)
          guard case .opened(let log, let recovery) = opening else { continue }
          let next = Sample.entry(1000, log.last.index.number + 1)
          try log.append([next])
          try log.sync()
          let context = "\(life), step \(step) \(disk.trace[step - 1]), \(survival)"
          do {
            let again = try Sample.recover(disk.afterCrash(survival))
            #expect(again.slots == recovery.slots + [.entry(next)], "\(context)")
            #expect(again.ballot == recovery.ballot, "\(context)")
            #expect(again.snapshot?.path == recovery.snapshot?.path, "\(context)")
          } catch {
            Issue.record("\(context): \(error)")
          }
        }
      }
    }
  }

  /// What a failure at any boundary of the recovery of `disk` may leave.
  private static func recoveries(of disk: CrashableDisk) -> [CrashableDisk] {
    var found: [CrashableDisk] = []
    for boundary in 1... {
      let once = disk.copy()
      once.crashStep = boundary
      _ = try? WriteAheadLog.open(once, Sample.options, renewal: Sample.renewal)
      guard once.isDown else { break }
      for survival in [Survival.everything, .nothing, .names, .torn(bytes: 64)] {
        found.append(once.afterCrash(survival))
      }
    }
    return found
  }

  @Test("the script meets every kind of boundary")
  func coverage() {
    let trace = Life.scripted.crash(in: nil).disk.trace
    for kind in [
      "create wal/", "create snapshots/", "write wal/", "write ballot", "write snapshots/",
      "allocate", "sync wal/", "sync ballot", "sync snapshots/", "sync directory wal",
      "sync directory snapshots", "rename wal/", "rename snapshots/", "remove snapshots/",
      "truncate wal/", "truncate snapshots/",
    ] {
      #expect(trace.contains { $0.hasPrefix(kind) }, "no step begins with \(kind)")
    }
  }
}
