internal import ArgumentParser
internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

/// Whether a command that changes the membership waits for what follows from it.
struct WaitingOptions: ParsableArguments {
  @Flag(help: "Return once the change has begun; kvctl member ls shows how it goes on.")
  var noWait = false
  @Option(help: ArgumentHelp("Wait this long for the change to end.", valueName: "time"))
  var patience: TimeText = TimeText(.seconds(600))

  /// Shows how `node` comes to the standing that was asked for, and says when it has.
  func arrive(
    _ node: NodeID, as goal: Standing, _ client: KeyValueClient, _ format: OutputFormat
  ) async throws {
    if !noWait {
      var arrival = MemberArrival(node: node, goal: goal)
      try await arrival.watch(client, until: .now + patience.duration)
    }
    if format == .json {
      let (membership, document) = try await client.membersDocument()
      return try MemberReport(membership: membership, document: document).print(as: .json)
    }
    var printer = Printer()
    try printer.line(
      noWait ? "begun: see kvctl member ls" : MemberArrival.sentence(node, reached: goal))
    try printer.flush()
  }
}
