internal import ArgumentParser
internal import ClientProtocol
internal import JSONText
internal import KeyValueClient
internal import RaftTypes

struct SnapshotSave: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "save", abstract: "Has the leader write a snapshot now, and downloads it.",
    discussion: """
      Every node cuts its state at the same entry. The file is the leader's own, checked to its \
      last byte before it gets its name; until then it is FILE.partial. Should the leader fail \
      meanwhile, the download goes on at another node. Without FILE the snapshot stays where it \
      is, under snapshots/ of the nodes' data directories. For a large store raise --timeout.
      """)

  @Argument(help: "Where to save it; a file that is there is replaced.")
  var file: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var configuration = try connection.configuration()
    configuration.replyTimeout = configuration.deadline
    let client = KeyValueClient(configuration)
    // Before the snapshot is taken: a FILE that cannot be written costs nobody anything.
    let target = try file.map { path throws(CommandFailure) in try SnapshotTarget(path) }
    let snapshot = try await client.takeSnapshot()
    guard let target else { return try tell(snapshot) }
    let sources = try await Self.sources(client, configuration)
    let start = ContinuousClock.now
    var download = SnapshotDownload(
      client, snapshot.position, from: sources, to: target, patience: configuration.deadline)
    try await download.run()
    let saved = try target.finish()
    try tell(saved, seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// The leader, then the other nodes: all have the snapshot, or will in a moment.
  private static func sources(
    _ client: KeyValueClient, _ configuration: ClientConfiguration
  ) async throws -> [Endpoint] {
    let status = try await client.status()
    let reachable = status.nodes.filter(\.reachable)
    let nodes =
      (reachable.filter { $0.id == status.leader } + reachable.filter { $0.id != status.leader })
      .compactMap { Endpoint($0.clientAddress) }
    return nodes.isEmpty ? configuration.endpoints : nodes
  }

  private func tell(_ snapshot: SnapshotAnswer) throws(OutputFault) {
    let (term, index) = (snapshot.position.term.number, snapshot.position.index.number)
    var printer = Printer()
    switch output.format {
    case .simple, .table:
      try printer.line(
        "snapshot up to entry \(index) of term \(term), \(Figures.bytes(snapshot.bytes))")
    case .json:
      try printer.line(#"{"term":\#(term),"index":\#(index),"bytes":\#(snapshot.bytes)}"#)
    }
    try printer.flush()
  }

  private func tell(
    _ saved: SnapshotTarget.Saved, seconds: Double
  ) throws(OutputFault) {
    let position = saved.descriptor.position
    var printer = Printer()
    switch output.format {
    case .simple, .table:
      let rate = UInt64(Double(saved.size) / max(0.001, seconds))
      let hash = Figures.hash(saved.descriptor.stateHash)
      try printer.line(
        "saved revision \(saved.revision.number) (entry \(position.index.number) of term "
          + "\(position.term.number), state \(hash)): \(Figures.bytes(UInt64(saved.size))) in "
          + "\(Figures.seconds(seconds)), \(Figures.bytes(rate))/s")
    case .json:
      try printer.line(String(decoding: Self.document(saved), as: UTF8.self))
    }
    try printer.flush()
  }

  private static func document(_ saved: SnapshotTarget.Saved) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.member("term", saved.descriptor.position.term.number)
    json.member("index", saved.descriptor.position.index.number)
    json.member("revision", saved.revision.number)
    json.name("state_hash")
    json.value(hexadecimal: saved.descriptor.stateHash)
    json.member("bytes", UInt64(saved.size))
    json.endObject()
    return json.bytes
  }
}
