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
