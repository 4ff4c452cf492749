import Faults
import SimulatedWorld
import Testing

@Suite("Somebody else's state machine under faults")
struct MachineLabTests {
  private static func lab<Machine: ReplicatedMachine>(
    _ seed: UInt64, nodes: Int = 3, _ profile: Profile = .swarm, of machine: Machine.Type
  ) -> MachineLab<QueueWorkload<Machine>> {
    MachineLab(seed: seed, nodes: nodes, profile: profile, QueueWorkload<Machine>())
  }

  /// The first seed of some that breaks a promise, and how it says so.
  private static func firstViolation<Machine: ReplicatedMachine>(
    of machine: Machine.Type
  ) -> String? {
    for seed in UInt64(1)...40 {
      if let violation = lab(seed, of: machine).run().violation { return violation.description }
    }
    return nil
  }

  @Test("a sound queue gives no job to two workers", arguments: [1, 3, 5])
  func sound(nodes: Int) {
    var (crashes, snapshots, installs, answered) = (0, 0, 0, 0)
    for seed in UInt64(1)...20 {
      let report = Self.lab(seed, nodes: nodes, of: JobQueue.self).run()
      #expect(report.violation == nil, "seed \(seed)")
      crashes += report.crashes
      snapshots += report.snapshots
      installs += report.installs
      answered += report.history.count { $0.point != nil }
    }
    #expect(crashes > 20 && snapshots > 50 && answered > 1000)
    if nodes > 1 { #expect(installs > 2) }
  }

  @Test("a snapshot that forgets is found where it is restored")
  func forgetful() throws {
    let found = try #require(Self.firstViolation(of: ForgetfulQueue.self))
    #expect(found.hasPrefix("states differ"))
  }

  @Test("with a hash that looks away, it is found by what clients heard")
  func blind() throws {
    let found = try #require(Self.firstViolation(of: BlindQueue.self))
    #expect(found.hasPrefix("call ") || found.hasSuffix("given to two workers"))
  }

  @Test("an answer that does not follow from the state is found by running along the log")
  func counting() throws {
    let found = try #require(Self.firstViolation(of: CountingQueue.self))
    #expect(found.hasPrefix("call "))
  }

  @Test("what all nodes do alike and wrong is found by the owner's own property")
  func generous() throws {
    let found = try #require(Self.firstViolation(of: GenerousQueue.self))
    #expect(found.hasSuffix("was given to two workers"))
  }

  @Test("the same seed gives the same run, told or not", arguments: UInt64(1)...3)
  func repeatable(seed: UInt64) {
    var lines: [String] = []
    let first = Self.lab(seed, of: JobQueue.self).run()
    let second = Self.lab(seed, of: JobQueue.self).run { lines.append($0) }
    #expect(first.hash == second.hash && first.events == second.events)
    #expect(!lines.isEmpty)
    #expect(Self.lab(seed + 1, of: JobQueue.self).run().hash != first.hash)
  }

  @Test("in calm nothing is refused for long and nothing is unknown")
  func calm() {
    let report = Self.lab(7, .calm, of: JobQueue.self).run()
    #expect(report.violation == nil && report.crashes == 0)
    #expect(report.history.allSatisfy { $0.outcome != .unknown })
    #expect(report.history.count { $0.point != nil } > 300)
  }
}
