internal import ArgumentParser
internal import LiveCluster

/// `faultlab demonstration`: failover for people who watch, beside keepalived.
struct DemonstrationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demonstration",
    abstract: "Shows a counter going on while the address' holder is killed, frozen, unplugged.",
    discussion: "Exit status 1 when Quoin broke a promise. scripts/demo-failover runs it.")

  @Option(help: "lan or lan-fast.") var profile = "lan"
  @Option(name: .customLong("out"), help: "The folder of what was measured.")
  var folder = "demonstration"
  @OptionGroup var place: LabCommand.Place

  func run() async throws {
    guard let plan = LabPlan(hosts: 3, profile: profile) else {
      throw ValidationError("--profile takes \(LabPlan.profiles.joined(separator: " or "))")
    }
    let lab = Lab(plan, in: try place.folder(), try Programs.find())
    try lab.up()
    try await LabAttendance(lab).serves()
    try lab.becomeClient()
    guard try await Demonstration(lab, report: folder).run() else { throw ExitCode(1) }
  }
}
