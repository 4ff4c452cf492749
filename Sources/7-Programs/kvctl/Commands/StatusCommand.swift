internal import ArgumentParser
internal import ClientProtocol

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows the cluster on one screen.",
    discussion: """
      Asks every endpoint and puts the answers together. json is the document of GET /v1/cluster, \
      from the node that knows best. \
      Exit status 4 when the cluster has no leader.
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let view = try await ClusterView.gather(
      connection.resolved(), timeout: min(connection.timeout.duration, .milliseconds(1500)))
    var printer = Printer()
    switch output.format {
    case .json:
      try printer.line(view.document)
    case .simple, .table:
      for line in StatusScreen(status: view.status).lines { try printer.line(line) }
    }
    try printer.flush()
    guard view.status.leader != nil else {
      throw CommandFailure(
        "no node knows a leader: a majority of the voters must run and reach one another",
        status: .unavailable)
    }
  }
}
