internal import ArgumentParser
internal import ClientProtocol
internal import KeyValueClient

struct VipHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Shows who held the address, how each time ended, and gaps.",
    discussion: """
      As the log has it, the same on every node, with all that was known when it was asked for. \
      Times are those that leaders wrote into the log. GAP lies between the end of one holder, as \
      far as it told, and the next one's first moment.
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let view = try await ClusterView.gather(
      connection.resolved(), timeout: min(connection.timeout.duration, .milliseconds(1500)))
    let leader = view.status.nodes.first { $0.id == view.status.leader }
    guard let endpoint = leader.flatMap({ Endpoint($0.clientAddress) }) else {
      throw CommandFailure("no leader is known: see kvctl status", status: .unavailable)
    }
    let client = KeyValueClient(
      ClientConfiguration(endpoints: [endpoint], deadline: connection.timeout.duration))
    defer { client.close() }
    // A proven read makes the leader apply all that was acknowledged before; then the page is read.
    _ = try await client.page(RangeQuery(range: .all, content: .countOnly))
    let (claims, document) = try await client.addressHistory()
    var printer = Printer()
    switch output.format {
    case .json: try printer.line(document)
    case .simple, .table:
      for line in AddressHistory(claims).lines { try printer.line(line) }
    }
    try printer.flush()
  }
}
