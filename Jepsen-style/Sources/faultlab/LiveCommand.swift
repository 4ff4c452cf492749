internal import ArgumentParser
import Glibc
internal import LiveCluster

/// `faultlab live`: real processes, real clients, real faults.
struct LiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Runs a cluster of real kvnodes under faults, and judges what its clients saw.",
    discussion: """
      Exit status: 0 passed, 1 an anomaly, no recovery or a fault that did not take effect, 2 the \
      harness failed. Jepsen-style/Outcomes.md says what each of these means.
      """)

  @Option(help: "One or several of \(WorkloadKind.words), separated by commas, or all.")
  var workload = "register"

  @Option(
    help: """
      One or several of \(NemesisKind.words), or all that this machine can do; or rot, a scenario \
      of its own: bits flip in log and snapshot of a minority, then of all nodes in turn, and the \
      time to repair is measured.
      """)
  var nemesis = "kill,pause,partition"

  @Option(help: "How long each run asks, the last 5 s of it without faults.")
  var seconds = 30

  @Option(help: "3 or 5.")
  var nodes = 3

  @Option(help: "For the choice of faults and requests; drawn and printed if not given.")
  var seed: UInt64?

  @Option(help: "proxy needs no privilege; netns needs root, ip and nft.")
  var network: LiveOptions.NetworkKind = .proxy

  @Option(name: .customLong("out"), help: "The folder of the reports.")
  var folder = "live-report"

  @Option(help: "For --nemesis rot: how much is acknowledged before it rots.")
  var megabytes = 100

  @Flag(help: "For --nemesis rot: the state lies in snapshots too.")
  var snapshot = false

  @Flag(help: "Every workload under each nemesis alone and under all together, a run each.")
  var matrix = false

  func validate() throws {
    guard nodes == 3 || nodes == 5 else { throw ValidationError("--nodes takes 3 or 5") }
    guard (8...7200).contains(seconds) else {
      throw ValidationError("--seconds takes 8 to 7200")
    }
  }

  func run() async throws {
    do {
      if network == .netns || needsMounts { try PrivateWorld.enter(network: network == .netns) }
      guard nemesis != "rot" else { return try await rot() }
      let plan = try LivePlan(
        workloads: workload, nemeses: nemesis, matrix: matrix, seconds: seconds, nodes: nodes,
        seed: seed ?? .random(in: 1...999_999), network: network, folder: folder)
      throw ExitCode(try await plan.run { Self.tell($0) }.rawValue)
    } catch let code as ExitCode {
      throw code
    } catch {
      Self.tell("harness failure: \(error)")
      throw ExitCode(LiveVerdict.Conclusion.harnessFailure.rawValue)
    }
  }

  // A small file system for each node is mounted where nobody else sees it.
  private var needsMounts: Bool {
    nemesis.split(separator: ",").contains { $0 == "all" || $0 == NemesisKind.fullDisk.rawValue }
  }

  private func rot() async throws {
    let options = LiveOptions(
      workload: .register, nemeses: [], seconds: seconds, nodes: nodes,
      seed: seed ?? .random(in: 1...999_999), network: .proxy, folder: folder)
    let conclusion = try await RotRun.run(options, megabytes: megabytes, snapshot: snapshot) {
      Self.tell($0)
    }
    throw ExitCode(conclusion.rawValue)
  }

  // At once, also into a pipe: a run takes long.
  private static func tell(_ line: String) {
    print(line)
    fflush(nil)
  }
}

extension LiveOptions.NetworkKind: ExpressibleByArgument {}

extension CaseIterable where Self: RawRepresentable, RawValue == String {
  fileprivate static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
