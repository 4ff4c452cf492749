internal import ArgumentParser
internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

struct VipStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows who holds the address, and how.",
    discussion: """
      Every node answers for itself. LEASE is how long the kernel would let the holder answer when \
      nothing is heard of it any more; TIER is what ends it then: gate, to the millisecond, or \
      lifetime, in seconds.
      Exit status 4 when nobody holds it.
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let view = try await AddressView.gather(connection)
    var printer = Printer()
    switch output.format {
    case .json: try printer.line(view.document)
    case .simple, .table: for line in view.lines { try printer.line(line) }
    }
    try printer.flush()
    guard !view.holders.isEmpty else {
      throw CommandFailure("nobody holds the address", status: .unavailable)
    }
  }
}

struct VipAnnounce: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "announce",
    abstract: "Has the holder tell the segment again where the address is.",
    discussion: """
      For caches that went stale, as after a switch was replaced. The holder announces by itself \
      when it takes the address, some seconds long, and every 30 s after that.
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let view = try await AddressView.gather(connection)
    guard let holder = view.holders.first else {
      throw CommandFailure("nobody holds the address", status: .unavailable)
    }
    let client = KeyValueClient(
      ClientConfiguration(endpoints: [holder.endpoint], deadline: connection.timeout.duration))
    defer { client.close() }
    let report = try await client.announceAddress()
    guard report.heldTerm != nil else {
      throw CommandFailure("\(holder.id) has just let go of it: try again", status: .unavailable)
    }
    var printer = Printer()
    try printer.line(
      output.format == .json
        ? #"{"announced":\#(holder.id.number)}"# : "\(holder.id) announces the address")
    try printer.flush()
  }
}
