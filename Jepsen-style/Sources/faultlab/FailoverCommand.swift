internal import ArgumentParser
import Glibc
internal import LiveCluster

/// `faultlab failover`: faults at the holder of the virtual address, on a lab's segment.
struct FailoverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "failover",
    abstract: "Moves the virtual address by faults, and measures what a client misses.",
    discussion: """
      Lays out the lab when none stands, and leaves its segment, with the cluster stopped; \
      scripts/lab down takes it away. A client writes every 5 ms over a new connection each; a gap \
      is the longest time between two answered writes. Meanwhile an observer asks every 10 ms who \
      has the address.
      Exit status: 0 nothing was broken, 1 something was: two holders, something left behind, a \
      fault without effect, a cluster that did not come back; 2 the harness failed.
      """)

  @Option(
    help: """
      One or several of \(FailoverKind.allCases.map(\.rawValue).joined(separator: ", ")), \
      separated by commas, or all.
      """)
  var kind = "all"
  @Option(help: "Of each kind; the counts of a whole soak if not given.") var rounds: Int?
  @Option(help: "lan or lan-fast.") var profile = "lan"
  @Option(name: .customLong("out"), help: "The folder of the report.") var folder = "failover"
  @Option(help: "For the moments of the faults; drawn if not given.") var seed: UInt64?
  @Option(help: "Idle clients that are connected in every round; 10 that write come with them.")
  var clients = 0
  @Flag(help: "Fail, too, when gaps are longer than promised.") var strict = false
  @Flag(help: "With guards that break their promise: must find two holders, and fail.")
  var negativeControl = false
  @OptionGroup var place: LabCommand.Place

  private func kinds() throws -> [FailoverKind] {
    if kind == "all" { return FailoverKind.allCases }
    return try kind.split(separator: ",").map { word in
      guard let kind = FailoverKind(rawValue: String(word)) else {
        throw ValidationError("no kind of failover is called \(word)")
      }
      return kind
    }
  }

  func validate() throws {
    _ = try kinds()
    guard (0...10_000).contains(clients) else {
      throw ValidationError("--clients takes 0 to 10000")
    }
    guard rounds ?? 1 > 0 else { throw ValidationError("--rounds takes 1 or more") }
    guard LabPlan.profiles.contains(profile) else {
      throw ValidationError("--profile takes \(LabPlan.profiles.joined(separator: " or "))")
    }
  }

  func run() async throws {
    do {
      let verdict = try await play()
      for line in verdict.table(profile) { Self.tell(line) }
      let slow = verdict.slow(profile).map(\.rawValue).joined(separator: ", ")
      if !slow.isEmpty { Self.tell("longer than promised: \(slow)") }
      guard verdict.isSafe, !strict || slow.isEmpty else { throw ExitCode(1) }
    } catch let code as ExitCode {
      throw code
    } catch {
      Self.tell("harness failure: \(error)")
      throw ExitCode(2)
    }
  }

  private func play() async throws -> FailoverVerdict {
    let made = LabPlan(hosts: 3, profile: profile, isNegativeControl: negativeControl)
    guard let plan = made else { throw LiveFailure("no such lab") }
    let lab = Lab(plan, in: try place.folder(), try Programs.find())
    try lab.up()
    try await LabAttendance(lab).serves()
    try lab.becomeClient()
    let run = try FailoverRun(
      lab, report: folder, seed: seed ?? .random(in: 1...999_999), clients: clients,
      tell: { Self.tell($0) })
    for kind in try kinds() { try await run.run(kind, rounds: rounds ?? kind.soakRounds) }
    return try await run.end()
  }

  // At once, also into a pipe: a soak takes long.
  private static func tell(_ line: String) {
    print(line)
    fflush(nil)
  }
}
