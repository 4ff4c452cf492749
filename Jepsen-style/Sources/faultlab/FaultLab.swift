import ArgumentParser

/// The command line of the fault harness.
@main
struct FaultLab: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "faultlab",
    abstract: "Runs simulated clusters under faults, and checks recorded histories.",
    subcommands: [
      RunCommand.self, ReplayCommand.self, CheckCommand.self, MutantsCommand.self,
      ShrinkCommand.self, ExploreCommand.self, LiveCommand.self, LabCommand.self,
      ProbeCommand.self, ClientsCommand.self, FailoverCommand.self, DemonstrationCommand.self,
    ])
}
