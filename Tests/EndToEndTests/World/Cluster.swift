import ClientProtocol
import Glibc
import KeyValueClient
import Synchronization
import Testing

/// A cluster of real processes with a directory and a block of loopback addresses of its own, so
/// that it disturbs no other one on this machine.
final class Cluster: Sendable {
  let folder: Folder
  let count: Int
  let host: String
  let vip: Endpoint
  /// Asks the virtual address first, then the nodes.
  let client: KeyValueClient
  private let running = Mutex<[Int: ChildProcess]>([:])
  private let runs = Atomic<Int>(0)

  private let block: String

  private init(_ count: Int, at block: String? = nil) throws {
    self.count = count
    folder = try Folder()
    // 64,516 blocks of addresses: two clusters meet once in many thousand runs.
    let block = block ?? "127.\(Int.random(in: 1...254)).\(Int.random(in: 1...254))"
    self.block = block
    host = block + ".1"
    vip = Endpoint(host: block + ".100", port: 7379)
    let nodes = (1...UInt16(count)).map { Endpoint(host: block + ".1", port: 7380 + $0) }
    client = KeyValueClient(ClientConfiguration(endpoints: [vip] + nodes, deadline: .seconds(10)))
  }

  /// Runs `body` on a new cluster, started and serving unless told otherwise; ends its processes
  /// and removes its files whatever happens.
  static func use(
    nodes count: Int = 3, starting: Bool = true, _ body: (Cluster) async throws -> Void
  ) async throws {
    let cluster = try Cluster(count)
    defer { cluster.endAll() }
    do {
      if starting {
        try await cluster.create()
        for id in cluster.ids { try cluster.start(id) }
        try await cluster.serves()
      }
      try await body(cluster)
    } catch {
      for id in cluster.ids { print("--- node \(id)\n\(cluster.log(of: id).suffix(4000))") }
      throw error
    }
  }

  /// Runs `body` on a cluster with directories of its own, not made yet, and the addresses of this
  /// one, whose nodes must not run.
  func withTwin(_ body: (Cluster) async throws -> Void) async throws {
    let twin = try Cluster(count, at: block)
    defer { twin.endAll() }
    do {
      try await body(twin)
    } catch {
      for id in ids { print("--- node \(id) of the twin\n\(twin.log(of: id).suffix(4000))") }
      throw error
    }
  }

  var ids: ClosedRange<Int> { 1...count }
  var data: String { folder.path + "/c" }
  var endpoints: [Endpoint] { [vip] + ids.map(endpoint) }

  func endpoint(_ id: Int) -> Endpoint { Endpoint(host: host, port: 7380 + UInt16(id)) }
  func directory(_ id: Int) -> String { "\(data)/n\(id)" }
  func configuration(_ id: Int) -> String { directory(id) + "/node.yaml" }
  func log(of id: Int) -> String { Folder.text("\(folder.path)/node\(id).log") }

  /// A client that asks only there.
  func client(
    at endpoints: Endpoint..., deadline: Duration = .seconds(10),
    replyTimeout: Duration = .seconds(2)
  ) -> KeyValueClient {
    KeyValueClient(
      ClientConfiguration(endpoints: endpoints, deadline: deadline, replyTimeout: replyTimeout))
  }

  /// Formats the directories.
  func create() async throws {
    let made = try await kvctl(["cluster", "init"] + layout)
    try #require(made.code == 0, "\(made.errors)")
  }

  var layout: [String] {
    [
      "--data", data, "--host", host, "--vip", vip.description, "--nodes", "\(count)",
    ]
  }

  /// Starts a node.
  /// - Parameter errors: the file of its standard error; else what `log(of:)` reads.
  func start(_ id: Int, _ arguments: [String] = [], errors: String? = nil) throws {
    let programs = try #require(Programs.found)
    let log = "\(folder.path)/node\(id).log"
    let process = try ChildProcess(
      programs.kvnode, ["--config", configuration(id)] + arguments, output: log,
      errors: errors ?? log)
    let before = running.withLock { running in
      let before = running[id]
      running[id] = process
      return before
    }
    before?.end()
  }

  func process(_ id: Int) throws -> ChildProcess {
    try #require(running.withLock { $0[id] }, "node \(id) was not started")
  }

  /// kill -9, and waits until it is gone.
  func kill(_ id: Int) throws { try process(id).end() }

  /// All at once, not one after the other.
  func killAll() {
    let all = running.withLock { Array($0.values) }
    for process in all { process.signal(SIGKILL) }
    for process in all { process.end() }
  }

  func signal(_ id: Int, _ number: Int32) throws { try process(id).signal(number) }

  /// SIGTERM, and waits for the clean end.
  func stop(_ id: Int) async throws -> ChildProcess.Ending {
    try signal(id, SIGTERM)
    return try await process(id).waitUntilEnded()
  }

  private func endAll() {
    for process in running.withLock({ Array($0.values) }) {
      process.signal(SIGCONT)
      process.end()
    }
  }

  /// The number of a run of a program, for the names of its files.
  func nextRun() -> Int { runs.add(1, ordering: .relaxed).newValue }
}
