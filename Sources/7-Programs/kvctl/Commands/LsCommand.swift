internal import ArgumentParser
internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import KeyValueClient

struct LsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists keys in byte order.",
    discussion: """
      simple prints a key on each line, with --values the key, a tab and the value, both escaped: \
      what kvctl load reads. json prints an object on each line. The whole listing is of one \
      revision.
      """)

  @Argument(help: "Only keys with this prefix, with escapes.")
  var prefix: KeyText?
  @OptionGroup var bounds: RangeOptions
  @Option(help: "At most so many.")
  var limit: UInt32?
  @Flag(help: "With their values.")
  var values = false
  @Flag(help: "Print only how many there are.")
  var count = false
  @Flag(help: "Largest key first.")
  var reverse = false
  @OptionGroup var read: ReadOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = try connection.client()
    var query = RangeQuery(
      range: try bounds.range(prefix: prefix) ?? .all, revision: read.atRevision,
      order: reverse ? .descending : .ascending, content: values ? .keysAndValues : .keysOnly,
      limit: limit)
    if count {
      query.content = .countOnly
      query.limit = nil
      return try await printCount(client.page(query, consistency: read.consistency).count)
    }
    let items = client.range(query, consistency: read.consistency)
    switch output.format {
    case .simple, .json: try await printLines(items)
    case .table: try await printTable(items)
    }
  }

  private func printCount(_ count: UInt64) throws(OutputFault) {
    var printer = Printer()
    try printer.line(output.format == .json ? #"{"count":\#(count)}"# : "\(count)")
    try printer.flush()
  }

  private func printLines(_ items: RangeSequence) async throws {
    var printer = Printer()
    var writer = JSONWriter()
    var line: [UInt8] = []
    for try await item in items {
      if output.format == .json {
        writer.removeAll()
        writer.value(item, withValue: values)
        try printer.line(writer.bytes)
        continue
      }
      line.removeAll(keepingCapacity: true)
      EscapedText.write(item.key, into: &line)
      if values {
        line.append(UInt8(ascii: "\t"))
        EscapedText.write(item.value, into: &line)
      }
      try printer.line(line)
    }
    try printer.flush()
  }

  private func printTable(_ items: RangeSequence) async throws {
    var table = Table.ofKeys(withValues: values)
    for try await item in items { table.add(item, withValue: values) }
    var printer = Printer()
    for line in table.lines { try printer.line(line) }
    try printer.flush()
  }
}
