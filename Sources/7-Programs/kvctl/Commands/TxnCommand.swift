internal import ArgumentParser
internal import BinaryCodec
internal import KeyValueClient

struct TxnCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "txn", abstract: "Does several things at one revision, if conditions hold.",
    discussion: """
      Reads the document of POST /v1/txn: {"compare":[…],"success":[…],"failure":[…]}, and prints \
      the server's answer. Exit status 3 when a comparison failed (what stands under "failure" was \
      done then).
      """)

  @Argument(help: "A file with the document; - or nothing: standard input.")
  var file: String = "-"
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let document = try InputFile(file).readAll(limit: Limits.inputBytes)
    let answer = try await connection.client().transact(document: document)
    var printer = Printer()
    try printer.line(answer.document)
    try printer.flush()
    if !answer.succeeded {
      throw CommandFailure("a comparison failed: the failure branch was done", status: .negative)
    }
  }
}
