internal import ArgumentParser
internal import ClientProtocol
internal import Determinism
internal import LinuxNetwork
internal import NetworkTypes

struct VipObserve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observe",
    abstract: "Watches a segment: who answers for the address, moves, two holders, nobody.",
    discussion: """
      Asks who has the address every 10 ms, by ARP or neighbour discovery, and listens to all that \
      claim it. Needs CAP_NET_RAW, and a host that is not a member: a holder does not hear itself. \
      Ends after --seconds, or with Ctrl-C. json is one object a line, times in nanoseconds of \
      CLOCK_BOOTTIME.
      Exit status 1 when two holders were seen.
      """)

  @Option(help: "Where the segment is.") var interface: String
  @Option(help: ArgumentHelp("Default: what the cluster says.", valueName: "ip"))
  var address: String?
  @Option(help: "For so long; else until it is ended.") var seconds: UInt64?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1_000_000).contains(seconds ?? 1) else {
      throw ValidationError("--seconds takes 1 to 1000000.")
    }
  }

  func run() async throws {
    let address = try await Self.resolve(address, by: connection)
    Interruption.watch()
    var observer = try AddressObserver(address, on: interface)
    var printer = Printer()
    let start = BootClock.now()
    let end = seconds.map { start + .seconds($0) } ?? .distantFuture
    try observer.run(until: end) { finding in
      switch output.format {
      case .json: try printer.line(finding.json)
      case .simple, .table: try printer.line(finding.line(since: start))
      }
      try printer.flush()
    }
    switch output.format {
    case .json: try printer.line(observer.record.json)
    case .simple, .table: for line in observer.record.lines { try printer.line(line) }
    }
    try printer.flush()
    guard observer.record.overlaps == 0 else {
      throw CommandFailure("two holders were seen \(observer.record.overlaps) times")
    }
  }

  /// The address that was given, else the cluster's own.
  static func resolve(
    _ text: String?, by connection: ConnectionOptions
  ) async throws -> IPAddress {
    if let text {
      guard let address = IPAddress(text) else {
        throw CommandFailure("'\(text)' is no IP address", status: .usage)
      }
      return address
    }
    let view = try await ClusterView.gather(
      connection.resolved(), timeout: min(connection.timeout.duration, .milliseconds(1500)))
    let host = view.status.vip.flatMap { IPAddress.host(of: $0.address) }
    guard let host else {
      throw CommandFailure("the cluster names no address: give --address", status: .usage)
    }
    return host
  }
}

extension IPAddress {
  /// Of `10.77.0.100:7379`, `10.77.0.100/32`, `[fd77::100]:7379` or an address alone.
  static func host(of text: String) -> IPAddress? {
    if let whole = IPAddress(text) { return whole }
    let bare = text.prefix { $0 != "/" }
    if bare.first == "[" { return IPAddress(String(bare.dropFirst().prefix { $0 != "]" })) }
    return IPAddress(String(bare.prefix { $0 != ":" })) ?? IPAddress(String(bare))
  }
}
