internal import ArgumentParser
internal import ClientProtocol
internal import Determinism
internal import JSONText
internal import KeyValueStore
internal import RaftTypes
internal import WriteAheadLog

struct SnapshotVerify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks every byte of a snapshot file, and the state in it.",
    discussion: """
      The state is loaded as a node would load it, and its hash computed anew. Exit status 1 when \
      the file is damaged, 2 when it cannot be read or is no snapshot.
      """)

  @Argument(help: "A file of snapshot save, or of a node's folder snapshots/.")
  var file: String
  @OptionGroup var output: OutputOptions

  func run() throws {
    let source = try SnapshotSource(file)
    let store: Store
    do throws(LogFault) {
      try source.check()
      store = try source.load()
    } catch {
      throw SnapshotSource.failure(error, file)
    }
    var printer = Printer()
    switch output.format {
    case .simple, .table: for line in Self.lines(source, store) { try printer.line(line) }
    case .json: try printer.line(Self.document(source, store))
    }
    try printer.flush()
  }

  private static func lines(_ source: SnapshotSource, _ store: Store) -> [String] {
    let descriptor = source.descriptor
    let position = descriptor.position
    var lines = [
      "cluster    \(descriptor.cluster)",
      "position   entry \(position.index.number) of term \(position.term.number), written "
        + descriptor.logTime.utc,
      "state      \(Figures.grouped(store.statistics.keys)) keys at revision "
        + "\(store.revision.number), hash \(Figures.hash(store.stateHash))",
      "bytes      \(Figures.grouped(source.size))",
    ]
    for member in descriptor.membership.members.values {
      let role = descriptor.membership.isVoter(member.id) ? "voter" : "learner"
      lines.append(
        "member     \(member.id.number)=\(member.peerAddress)/\(member.clientAddress), \(role)")
    }
    lines.append(Terminal.styled("sound", .green))
    return lines
  }

  private static func document(_ source: SnapshotSource, _ store: Store) -> [UInt8] {
    let descriptor = source.descriptor
    var json = JSONWriter()
    json.beginObject()
    json.member("cluster", String(descriptor.cluster.number, radix: 16))
    json.member("epoch", descriptor.cluster.epoch)
    json.member("term", descriptor.position.term.number)
    json.member("index", descriptor.position.index.number)
    json.member("time_ms", descriptor.logTime.milliseconds)
    json.member("revision", store.revision.number)
    json.member("keys", UInt64(store.statistics.keys))
    json.name("state_hash")
    json.value(hexadecimal: store.stateHash)
    json.member("bytes", UInt64(source.size))
    json.name("members")
    json.beginArray()
    for member in descriptor.membership.members.values {
      json.beginObject()
      json.member("id", member.id.number)
      json.member("peer", member.peerAddress)
      json.member("client", member.clientAddress)
      json.member("voter", descriptor.membership.isVoter(member.id))
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes
  }
}
