internal import BinaryCodec
internal import KeyValueClient

/// What a benchmark does.
struct BenchPlan: Sendable {
  enum Work: Sendable {
    case put
    case get
    /// So many puts in a hundred requests, gets else.
    case mixed(putPercent: Int)
    /// Each key once, in order.
    case fill
  }

  enum Length: Sendable {
    case requests(Int)
    case time(Duration)
  }

  var work: Work
  var length: Length
  /// Requests a second, whether or not earlier ones were answered; nil: each connection sends its
  /// next request when it has its reply.
  var rate: Double?
  var connections: Int
  var keys: Int
  var prefix: Bytes
  var valueSize: Int
  var endpoints: [Endpoint]
  var timeout: Duration

  /// The share of one of `count` loops that do it together.
  func share(_ number: Int, of count: Int) -> BenchPlan {
    func part(_ whole: Int) -> Int { whole / count + (number < whole % count ? 1 : 0) }
    var share = self
    share.connections = part(connections)
    share.rate = rate.map { $0 / Double(count) }
    if case .requests(let whole) = length { share.length = .requests(part(whole)) }
    return share
  }
}

/// What came of it.
struct BenchTally: Sendable {
  var puts = LatencyHistogram()
  var gets = LatencyHistogram()
  /// Gets of keys that do not exist; they count as gets.
  var missing: UInt64 = 0
  /// Refused by the server.
  var refused: UInt64 = 0
  /// Connection lost, or no reply in time.
  var lost: UInt64 = 0
  /// Requests that were due by `rate` and could not be sent, because every connection was busy to
  /// the end.
  var notSent: UInt64 = 0
  var seconds: Double = 0

  mutating func merge(_ other: BenchTally) {
    puts.merge(other.puts)
    gets.merge(other.gets)
    missing += other.missing
    refused += other.refused
    lost += other.lost
    notSent += other.notSent
    seconds = max(seconds, other.seconds)
  }
}
