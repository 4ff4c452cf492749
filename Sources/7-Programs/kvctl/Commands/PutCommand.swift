internal import ArgumentParser
internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import KeyValueClient

/// Where a value comes from.
struct ValueOptions: ParsableArguments {
  @Argument(help: "The value, taken as it is; - reads it from standard input.")
  var value: String?

  @Option(name: [.customShort("f"), .long], help: "Read the value from this file.")
  var file: String?

  func validate() throws {
    guard (value == nil) != (file == nil) else {
      throw ValidationError(
        "Give the value as an argument, as - for standard input, or with --file.")
    }
  }

  func bytes() throws(CommandFailure) -> Bytes {
    if let path = value == "-" ? "-" : file {
      return try InputFile(path).readAll(limit: Limits.inputBytes)
    }
    return Array((value ?? "").utf8)[...]
  }
}

struct PutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Writes a key.",
    discussion: """
      When the reply is lost, nobody knows whether the write was applied; put then fails, saying \
      so. With --resend it sends the write again instead: safe when nothing else writes this key \
      until every node that was asked runs again (a frozen one may go on with the first copy).
      """)

  @Argument(help: "The key, with escapes.")
  var key: KeyText
  @OptionGroup var value: ValueOptions
  @Flag(help: "Print the key as it stood before.")
  var prev = false
  @Flag(help: "Send again after a lost reply.")
  var resend = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let answer = try await connection.client().put(
      key.bytes, value.bytes(), wantsPrevious: prev, ifUnknown: resend ? .sendAgain : .fail)
    try answer.print(as: output.format)
  }
}

struct CasCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cas", abstract: "Writes a key only if nobody changed it.",
    discussion: "Exit status 3 when the key is not as expected; nothing was written then.")

  @Argument(help: "The key, with escapes.")
  var key: KeyText
  @OptionGroup var value: ValueOptions
  @Option(help: "The key must last have been written at this revision (get -o json shows it).")
  var revision: UInt64?
  @Flag(help: "The key must not exist.")
  var absent = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (revision == nil) == absent else {
      throw ValidationError("Give one of --revision and --absent.")
    }
  }

  func run() async throws {
    let condition = revision.map { PutCondition.modRevision(Revision($0)) } ?? .absent
    let answer = try await connection.client().put(key.bytes, value.bytes(), if: condition)
    try answer.print(as: output.format)
  }
}

extension PutAnswer {
  fileprivate func print(as format: OutputFormat) throws(OutputFault) {
    var printer = Printer()
    switch format {
    case .simple:
      try printer.line("revision \(revision.number)")
      if let previous { try printer.line("before: " + EscapedText.string(previous.value)) }
    case .json:
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("revision", revision.number)
      if let previous {
        writer.name("previous")
        writer.value(previous)
      }
      writer.endObject()
      try printer.line(writer.bytes)
    case .table:
      var table = Table([("REVISION", .right), ("BEFORE", .left)])
      table.add(["\(revision.number)", previous.map { EscapedText.string($0.value) } ?? "-"])
      for line in table.lines { try printer.line(line) }
    }
    try printer.flush()
  }
}
