internal import ArgumentParser
internal import ClientProtocol
internal import KeyValueClient

struct DelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "del", abstract: "Deletes a key or a range of keys.",
    discussion: "Exit status 3 when there was nothing to delete.")

  @Argument(help: "The key, with escapes.")
  var key: KeyText?
  @Option(help: "Every key with this prefix, with escapes.")
  var prefix: KeyText?
  @OptionGroup var bounds: RangeOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let range = try chosenRange()
    let answer = try await connection.client().delete(range)
    var printer = Printer()
    switch output.format {
    case .simple, .table:
      try printer.line("deleted \(answer.count), revision \(answer.revision.number)")
    case .json:
      try printer.line(#"{"deleted":\#(answer.count),"revision":\#(answer.revision.number)}"#)
    }
    try printer.flush()
    if answer.count == 0 {
      throw CommandFailure("no such key, nothing was deleted", status: .negative)
    }
  }

  private func chosenRange() throws -> KeyRange {
    let range = try bounds.range(prefix: prefix)
    switch (key, range) {
    case (let key?, nil): return .key(key.bytes)
    case (nil, let range?): return range
    default: throw ValidationError("Give a key, or --prefix, or --start and --end.")
    }
  }
}
