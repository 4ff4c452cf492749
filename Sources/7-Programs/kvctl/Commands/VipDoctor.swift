internal import ArgumentParser
internal import LinuxNetwork

struct VipDoctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what this host can do for the address, and what stands in its way.",
    discussion: """
      Best asked as root: the kernel's gate is tried for real, on the loopback interface, with an \
      address of documentation. Nothing else is changed. The tier is what ends a hold when kvnode \
      and vipguard are dead: gate, to the millisecond, or lifetime, in seconds.
      Exit status 1 when the address cannot be held here.
      """)

  @Option(help: "Where the address is to be.") var interface: String
  @Option(help: ArgumentHelp("Default: what the cluster says.", valueName: "ip"))
  var address: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let address = try await VipObserve.resolve(address, by: connection)
    let report = HostReport(for: address, on: interface)
    var printer = Printer()
    switch output.format {
    case .json: try printer.line(report.json)
    case .simple, .table: for line in report.lines { try printer.line(line) }
    }
    try printer.flush()
    guard report.tier != .none else {
      throw CommandFailure("\(address) cannot be held on \(interface)")
    }
  }
}
