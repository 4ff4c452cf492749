internal import ArgumentParser
internal import BinaryCodec
internal import Glibc
internal import KeyValueClient

/// Where the cluster is and how long to try: common to every command that talks to it.
struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where to connect, in order of preference, separated by commas.",
      discussion: """
        Default: $QUOIN_ENDPOINTS, else the local cluster: 127.0.0.100:7379, then 127.0.0.1:7381 \
        to 7383.
        """, valueName: "host:port,…"))
  var endpoints: String?

  @Option(help: ArgumentHelp("Give up after this long: 500ms, 5s, 1m.", valueName: "time"))
  var timeout: TimeText = TimeText(.seconds(5))

  func resolved() throws(CommandFailure) -> [Endpoint] { try Self.resolve(endpoints) }

  /// The endpoints given, or found in the environment, or those of a local cluster.
  static func resolve(_ endpoints: String?) throws(CommandFailure) -> [Endpoint] {
    let environment = getenv("QUOIN_ENDPOINTS").map { String(cString: $0) }
    guard let text = endpoints ?? environment, !text.isEmpty else { return Endpoint.localCluster }
    var found: [Endpoint] = []
    for part in text.split(separator: ",") {
      let trimmed = part.drop { $0 == " " }
      guard let endpoint = Endpoint(trimmed) else {
        throw CommandFailure("'\(trimmed)' is no endpoint: write host:port", status: .usage)
      }
      found.append(endpoint)
    }
    guard !found.isEmpty else { throw CommandFailure("no endpoint given", status: .usage) }
    return found
  }

  func configuration() throws(CommandFailure) -> ClientConfiguration {
    ClientConfiguration(endpoints: try resolved(), deadline: timeout.duration)
  }

  func client() throws(CommandFailure) -> KeyValueClient { KeyValueClient(try configuration()) }
}

/// A length of time as people write it.
struct TimeText: ExpressibleByArgument, CustomStringConvertible, Sendable {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
    for (suffix, milliseconds) in units where argument.hasSuffix(suffix) {
      guard let number = Double(argument.dropLast(suffix.count)), number > 0, number < 1e6 else {
        continue
      }
      duration = .microseconds(Int64(number * 1000) * milliseconds)
      return
    }
    guard let seconds = Double(argument), seconds > 0, seconds < 1e6 else { return nil }
    duration = .milliseconds(Int64(seconds * 1000))
  }

  var description: String {
    let milliseconds = duration / .milliseconds(1)
    return milliseconds < 1000 ? "\(Int(milliseconds))ms" : "\(Int(milliseconds / 1000))s"
  }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case simple, json, table
}

struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "simple: bare values, one a line; json: one document; table: columns for people.")
  var format: OutputFormat = .simple
}

/// A key as given on the command line, its escapes resolved.
struct KeyText: ExpressibleByArgument, CustomStringConvertible, Sendable {
  let bytes: Bytes

  init(bytes: Bytes) { self.bytes = bytes }

  init?(argument: String) {
    guard let bytes = try? EscapedText.parse(Array(argument.utf8)[...]) else { return nil }
    self.bytes = bytes
  }

  var description: String { EscapedText.string(bytes) }
}
