import Determinism
import NIOCore

/// Puts and gets as a load generator sends them: 256-byte values, keys of one small set, which all
/// exist.
struct Workload {
  /// One thing that is counted.
  enum Load: String, CaseIterable {
    /// One request at a time: every cost of a turn, a record and a frame is this request's.
    case put, get
    /// One request of each of 64 connections, all in one turn: what a request costs where they
    /// share.
    case put64 = "put-64"
    case get64 = "get-64"

    var isPut: Bool { self == .put || self == .put64 }
    var together: Int { self == .put || self == .get ? 1 : 64 }
  }

  /// A stretch of the run that is counted apart.
  struct Phase {
    let load: Load
    let requests: Int
  }

  /// After the load of all keys; every load once with `base` requests and once with twice as many.
  static let phases = Load.allCases.flatMap {
    [Phase(load: $0, requests: base), Phase(load: $0, requests: 2 * base)]
  }
  /// A multiple of 64. The count of a request is steady to a thousandth from 500 on.
  static let base = 512

  private static let keys = 10_000
  private var dice = Dice(seed: 5)

  /// Runs the whole; each phase begins at a call of `passPhaseMark`.
  static func run() throws {
    let cluster = try MemoryCluster(connections: 64)
    var workload = Workload()
    for request in workload.loading() { try cluster.ask([request]) }
    // What happens for the first time happens here.
    for load in Load.allCases {
      try workload.ask(Phase(load: load, requests: base), cluster, counted: false)
    }
    for phase in phases { try workload.ask(phase, cluster, counted: true) }
  }

  private mutating func ask(_ phase: Phase, _ cluster: MemoryCluster, counted: Bool) throws {
    let requests = (0..<phase.requests).map { _ in request(phase.load) }
    if counted { PhaseMark.pass() }
    for start in stride(from: 0, to: requests.count, by: phase.load.together) {
      try cluster.ask(requests[start..<start + phase.load.together])
    }
    if counted { PhaseMark.pass() }
  }

  private mutating func request(_ load: Load) -> ByteBuffer {
    let key = Self.key(Int(dice.below(UInt64(Self.keys))))
    let head = "/v1/kv/\(key) HTTP/1.1\r\nHost: 127.0.0.1:7101\r\n"
    return load.isPut
      ? ByteBuffer(string: "PUT \(head)Content-Length: 256\r\n\r\n\(Self.value)")
      : ByteBuffer(string: "GET \(head)\r\n")
  }

  /// Transactions that put every key once.
  private func loading() -> [ByteBuffer] {
    stride(from: 0, to: Self.keys, by: 100).map { first in
      let puts = (first..<first + 100).map {
        #"{"put":{"key":"\#(Self.key($0))","value":"\#(Self.value)"}}"#
      }
      let body = #"{"success":[\#(puts.joined(separator: ","))]}"#
      return ByteBuffer(
        string: "POST /v1/txn HTTP/1.1\r\nHost: 127.0.0.1:7101\r\n"
          + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
  }

  private static func key(_ number: Int) -> String {
    let digits = String(number)
    return "key" + String(repeating: "0", count: 10 - digits.count) + digits
  }

  private static let value = String(repeating: "abcdefgh", count: 32)
}
