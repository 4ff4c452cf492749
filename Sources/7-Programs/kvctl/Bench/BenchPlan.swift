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
  /// With `rate`: what finds every connection busy is not sent at all, instead of late.
  var drops = false
  var connections: Int
  /// Connections beside those that only stay open.
  var idleConnections = 0
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
  /// Told to come back later (429): the server had as much as it takes.
  var busy: UInt64 = 0
  /// Refused by the server for another reason.
  var refused: UInt64 = 0
  /// Connection lost, or no reply in time.
  var lost: UInt64 = 0
  /// Requests that were due by `rate` and could not be sent, because every connection was busy to
  /// the end.
  var notSent: UInt64 = 0
  var seconds: Double = 0
  /// The longest time, in nanoseconds, in which one event loop got no answer, and its end in
  /// nanoseconds after the start.
  var longestPause: UInt64 = 0
  var longestPauseEnd: UInt64 = 0
  /// The largest latency of what was answered in each second, in nanoseconds.
  var largestEachSecond: [UInt64] = []

  mutating func paused(_ nanoseconds: UInt64, until end: UInt64) {
    if nanoseconds > longestPause { (longestPause, longestPauseEnd) = (nanoseconds, end) }
  }

  /// - Parameter end: when it was answered, in nanoseconds after the start.
  mutating func answered(_ latency: UInt64, at end: UInt64) {
    let second = min(Int(clamping: end / 1_000_000_000), 86_400)
    while largestEachSecond.count <= second { largestEachSecond.append(0) }
    largestEachSecond[second] = max(largestEachSecond[second], latency)
  }

  mutating func merge(_ other: BenchTally) {
    puts.merge(other.puts)
    gets.merge(other.gets)
    missing += other.missing
    busy += other.busy
    refused += other.refused
    lost += other.lost
    notSent += other.notSent
    seconds = max(seconds, other.seconds)
    paused(other.longestPause, until: other.longestPauseEnd)
    for (second, latency) in other.largestEachSecond.enumerated() {
      answered(latency, at: UInt64(second) * 1_000_000_000)
    }
  }
}
