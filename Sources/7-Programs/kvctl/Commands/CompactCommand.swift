internal import ArgumentParser
internal import ClientProtocol
internal import KeyValueClient

struct CompactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Forgets the history before a revision.",
    discussion: "Reads at older revisions fail from then on; what the keys hold now is not touched."
  )

  @Argument(help: "The oldest revision to keep; default: the newest.")
  var revision: UInt64?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = try connection.client()
    let oldest: Revision
    if let revision {
      oldest = Revision(revision)
    } else {
      oldest = try await client.page(RangeQuery(range: .all, content: .countOnly)).readRevision
    }
    try await client.compact(before: oldest)
    var printer = Printer()
    try printer.line(
      output.format == .json
        ? #"{"oldest":\#(oldest.number)}"# : "history begins at revision \(oldest.number)")
    try printer.flush()
  }
}
