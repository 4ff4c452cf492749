internal import ArgumentParser
internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

struct LeaderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leader", abstract: "Shows the leader, or hands leadership over.",
    subcommands: [Show.self, Move.self],
    defaultSubcommand: Show.self)

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows who leads.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let view = try await ClusterView.gather(
        connection.resolved(), timeout: min(connection.timeout.duration, .milliseconds(1500)))
      let status = view.status
      guard let leader = status.leader else {
        throw CommandFailure("no leader is known: see kvctl status", status: .unavailable)
      }
      let client = status.nodes.first { $0.id == leader }?.clientAddress ?? ""
      var printer = Printer()
      switch output.format {
      case .simple, .table:
        try printer.line("\(leader) \(client) term \(status.term.number)")
      case .json:
        try printer.line(
          #"{"leader":\#(leader.number),"client":"\#(client)","term":\#(status.term.number)}"#)
      }
      try printer.flush()
    }
  }

  struct Move: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Hands leadership to a node, or to the best follower.")

    @Option(help: ArgumentHelp("The node that shall lead.", valueName: "id"))
    var to: UInt64?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      // Not through the virtual address: the transfer closes it, and the answer would be lost.
      let view = try await ClusterView.gather(
        connection.resolved(), timeout: min(connection.timeout.duration, .milliseconds(1500)))
      let leader = view.status.leader
      let nodes =
        view.status.nodes.filter { $0.id == leader }
        + view.status.nodes.filter { $0.id != leader }
      let endpoints = nodes.compactMap { Endpoint($0.clientAddress) }
      var configuration = try connection.configuration()
      if !endpoints.isEmpty { configuration.endpoints = endpoints }
      configuration.replyTimeout = configuration.deadline
      let successor = try await KeyValueClient(configuration)
        .transferLeadership(to: to.map { NodeID($0) })
      var printer = Printer()
      try printer.line(
        output.format == .json ? #"{"leader":\#(successor.number)}"# : "leader is now \(successor)")
      try printer.flush()
    }
  }
}
