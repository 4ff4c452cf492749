import ArgumentParser

/// Counts what one put and one get cost in instructions, from the bytes of the request to the bytes
/// of the answer, on all three nodes.
@main
struct RequestCost: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "RequestCost",
    abstract: "What a put and a get cost in instructions; scripts/instructions runs it.",
    subcommands: [RunCommand.self, JudgeCommand.self])
}

/// The part that valgrind watches.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the requests, each phase from one mark to the next.")

  func run() throws { try Workload.run() }
}
