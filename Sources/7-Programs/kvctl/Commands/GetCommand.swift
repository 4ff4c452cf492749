internal import ArgumentParser
internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import KeyValueClient

/// How fresh a read must be, and of which time.
struct ReadOptions: ParsableArguments {
  @Flag(help: "Take whatever the asked node has applied: fast, perhaps old.")
  var stale = false

  @Flag(help: "Let a leader that offers lease reads answer without asking the others.")
  var byLease = false

  @Option(help: "Read as of this revision.")
  var revision: UInt64?

  var consistency: Consistency { stale ? .stale : byLease ? .lease : .linearizable }
  func validate() throws {
    guard !(stale && byLease) else { throw ValidationError("--stale or --by-lease, not both") }
  }

  var atRevision: Revision? { revision.map(Revision.init) }
}

struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Prints the value of a key.",
    discussion: """
      simple prints the bytes of the value, and a line end only on a terminal, so that files \
      survive. Exit status 3 when there is no such key.
      """)

  @Argument(help: "The key, with escapes.")
  var key: KeyText
  @OptionGroup var read: ReadOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let found = try await connection.client().get(
      key.bytes, revision: read.atRevision, consistency: read.consistency)
    guard let found else {
      throw CommandFailure(
        "there is no key \(EscapedText.string(key.bytes)) (kvctl ls lists keys)", status: .negative)
    }
    var printer = Printer()
    switch output.format {
    case .simple:
      try printer.write(found.value)
      if Terminal.Stream.output.isTerminal { try printer.line([]) }
    case .json:
      var writer = JSONWriter()
      writer.value(found)
      try printer.line(writer.bytes)
    case .table:
      var table = Table.ofKeys(withValues: true)
      table.add(found, withValue: true)
      for line in table.lines { try printer.line(line) }
    }
    try printer.flush()
  }
}
