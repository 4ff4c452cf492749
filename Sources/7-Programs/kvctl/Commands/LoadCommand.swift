internal import ArgumentParser
internal import ClientProtocol
internal import JSONText
internal import KeyValueClient

struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Writes many keys from a file.",
    discussion: """
      TSV: key, tab, value; escapes as for keys (a backslash in a value is written \\\\). NDJSON: \
      {"key":…,"value":…} on each line, key_b64 and value_b64 for bytes that are no text. Of two \
      records with one key the later wins.

      It survives failures of the leader: a put whose reply was lost is sent again, which is \
      harmless unless something else writes the same keys meanwhile (or the input has a key twice, \
      and a node freezes with the first of them). With --state it remembers \
      what was acknowledged, and the same command goes on from there after an interruption; the \
      file stays when the load is complete, so that a repetition does nothing.
      """)

  @Argument(help: "The file; - or nothing: standard input.")
  var file: String = "-"
  @Option(help: "tsv or ndjson; default: by the file's name, else tsv.")
  var format: RecordFormat?
  @Option(help: "Remember in this file what was acknowledged, and go on from there.")
  var state: String?
  @Option(help: "Requests in flight.")
  var inFlight = 64
  @Option(
    help: ArgumentHelp("Where to connect, as for the other commands.", valueName: "host:port,…"))
  var endpoints: String?
  @Option(help: ArgumentHelp("Give up a record after this long.", valueName: "time"))
  var timeout = TimeText(.seconds(60))
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...512).contains(inFlight) else {
      throw ValidationError("--in-flight must lie between 1 and 512.")
    }
  }

  func run() async throws {
    let client = KeyValueClient(
      ClientConfiguration(
        endpoints: try ConnectionOptions.resolve(endpoints), deadline: timeout.duration))
    let resuming: LoadState? = try state.flatMap { path throws(CommandFailure) in
      try LoadState.read(path)
    }
    let source = RecordSource(
      try InputFile(file), format: format ?? RecordFormat(fileName: file))
    let start = ContinuousClock.now
    Interruption.watch()
    var loader = try Loader(
      client, source, inFlight: inFlight, cluster: try await client.status().cluster,
      statePath: state, resuming: resuming)
    let result = try await loader.run()
    try print(result, seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  private func print(_ result: Loader.Result, seconds: Double) throws(OutputFault) {
    let rate = Double(result.loaded) / max(0.001, seconds)
    var printer = Printer()
    switch output.format {
    case .simple, .table:
      let skipped =
        result.skipped > 0 ? ", \(Figures.grouped(result.skipped)) were loaded before" : ""
      try printer.line(
        "loaded \(Figures.grouped(result.loaded)) records, \(Figures.bytes(result.bytes)), in "
          + "\(Figures.seconds(seconds)) (\(Figures.grouped(Int(rate)))/s)\(skipped)")
    case .json:
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("loaded", UInt64(result.loaded))
      writer.member("skipped", UInt64(result.skipped))
      writer.member("bytes", result.bytes)
      writer.name("seconds")
      writer.value(seconds)
      writer.endObject()
      try printer.line(writer.bytes)
    }
    try printer.flush()
  }
}
