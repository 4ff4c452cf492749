internal import ArgumentParser
internal import KeyValueClient

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures throughput and latency.",
    discussion: """
      Closed loop by default: every connection sends its next request when it has its reply. With \
      --rate requests fall due at that rate and latency counts from when they were due. Gets are \
      linearizable. Latencies are exact to 0.8 %.
      """)

  enum Work: String, ExpressibleByArgument, CaseIterable { case put, get, mixed }

  @Argument(help: "put, get or mixed.")
  var work: Work
  @Option(name: [.short, .long], help: "Connections.")
  var connections = 64
  @Option(help: "Keys to spread the requests over.")
  var keys = 100_000
  @Option(help: "What the keys begin with, with escapes.")
  var prefix = KeyText(bytes: Array("bench/".utf8)[...])
  @Option(help: "Bytes of each value.")
  var valueSize = 256
  @Option(help: "How long.")
  var seconds: Double?
  @Option(help: "How many requests, instead of how long.")
  var count: Int?
  @Option(help: "Requests a second, open loop.")
  var rate: Double?
  @Flag(
    help: "With --rate: do not send what finds every connection busy, instead of sending it late.")
  var drop = false
  @Option(help: "Connections beside those that only stay open.")
  var idle = 0
  @Option(help: "Puts in a hundred requests of mixed.")
  var putPercent = 50
  @Flag(help: "Write every key once beforehand.")
  var fill = false
  @Option(help: "Event loops.")
  var threads = 1
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    let checks = [
      ((1...10_000).contains(connections), "--connections must lie between 1 and 10000."),
      ((1...100_000_000).contains(keys), "--keys must lie between 1 and 100000000."),
      ((0...(1 << 20)).contains(valueSize), "--value-size must lie between 0 and 1048576."),
      (seconds.map { $0 > 0 && $0 < 1e6 } ?? true, "--seconds must be positive."),
      (count.map { $0 > 0 } ?? true, "--count must be positive."),
      (seconds == nil || count == nil, "Give --seconds or --count, not both."),
      (rate.map { $0 > 0 && $0 < 1e8 } ?? true, "--rate must be positive."),
      (rate != nil || !drop, "--drop needs --rate."),
      ((0...30_000).contains(idle), "--idle must lie between 0 and 30000."),
      ((0...100).contains(putPercent), "--put-percent must lie between 0 and 100."),
      ((1...min(64, connections)).contains(threads), "--threads: 1 to the number of connections."),
    ]
    for (holds, message) in checks where !holds { throw ValidationError(message) }
  }

  func run() async throws {
    let endpoints = try connection.resolved()
    // Fails early, and with a sentence, when nobody is there.
    _ = try await connection.client().status()
    var plan = BenchPlan(
      work: kind, length: count.map { .requests($0) } ?? .time(.seconds(seconds ?? 10)),
      rate: rate, drops: drop, connections: connections, idleConnections: idle, keys: keys,
      prefix: prefix.bytes,
      valueSize: valueSize, endpoints: endpoints, timeout: connection.timeout.duration)
    Interruption.watch()
    if fill {
      var filling = plan
      (filling.work, filling.length, filling.rate) = (.fill, .requests(keys), nil)
      let tally = try await Bench.run(filling, threads: threads)
      guard tally.refused + tally.lost == 0 else {
        throw CommandFailure(
          "\(tally.refused + tally.lost) of \(keys) keys could not be written: see kvctl status")
      }
    }
    if Interruption.isRequested { plan.length = .requests(0) }
    let report = BenchReport(plan: plan, tally: try await Bench.run(plan, threads: threads))
    var printer = Printer()
    switch output.format {
    case .json: try printer.line(report.document)
    case .simple, .table: for line in report.lines { try printer.line(line) }
    }
    try printer.flush()
  }

  private var kind: BenchPlan.Work {
    switch work {
    case .put: .put
    case .get: .get
    case .mixed: .mixed(putPercent: putPercent)
    }
  }
}
