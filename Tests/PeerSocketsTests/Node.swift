import BinaryCodec
import Determinism
import Logging
import NIOCore
import NIOPosix
import PeerProtocol
import PeerSockets
import RaftTypes
import Testing

/// A hub with its own loop, used from a test's task.
final class Node: Sendable {
  let id: NodeID
  let loop: any EventLoop
  private let inside: NIOLoopBoundBox<(hub: PeerHub, recorder: Recorder)?>

  static let cluster = ClusterID(7, epoch: 1)

  init(_ number: UInt64, cluster: ClusterID? = Node.cluster, timing: PeerTiming = .patient)
    async throws
  {
    id = NodeID(number)
    loop = MultiThreadedEventLoopGroup.singleton.next()
    inside = NIOLoopBoundBox.makeEmptyBox(eventLoop: loop)
    try await loop.submit { [id, loop, inside] in
      let hub = PeerHub(
        on: loop,
        as: Handshake.Identity(
          cluster: cluster, node: id, incarnation: DiskIncarnation(number)),
        timing: timing, seed: number,
        logger: Logger(label: "\(id)") { _ in SwiftLogNoOpLogHandler() })
      let recorder = Recorder()
      hub.delegate = recorder
      inside.value = (hub, recorder)
    }.get()
  }

  /// Runs `body` on the loop with the hub and its recorder.
  @discardableResult
  func on<Result: Sendable>(
    _ body: @escaping @Sendable (PeerHub, Recorder) throws -> Result
  ) async throws -> Result {
    try await loop.submit { [inside] in
      guard let (hub, recorder) = inside.value else { throw Closed() }
      return try body(hub, recorder)
    }.get()
  }

  struct Closed: Error {}

  /// Returns once `condition` holds; asked after everything the hub tells.
  func until(_ condition: @escaping @Sendable (Recorder) -> Bool) async throws {
    try await loop.flatSubmit { [inside, loop] in
      inside.value?.recorder.wait(on: loop, until: condition)
        ?? loop.makeFailedFuture(Closed())
    }.get()
  }

  /// Returns once the hub is as wanted; asked after everything it tells.
  func wait(_ condition: @escaping @Sendable (PeerHub) -> Bool) async throws {
    try await loop.flatSubmit { [inside, loop] () -> EventLoopFuture<Void> in
      guard let (hub, recorder) = inside.value else { return loop.makeFailedFuture(Closed()) }
      return recorder.wait(on: loop) { _ in condition(hub) }
    }.get()
  }

  /// Binds `port` of 127.0.0.1, 0 for any, and returns the one bound.
  func listen(_ port: Int = 0) async throws -> Int {
    let address = try #require(PeerAddress("127.0.0.1:\(port)"))
    let bound = try await loop.flatSubmit { [inside, loop] in
      inside.value?.hub.listen(on: address) ?? loop.makeFailedFuture(Closed())
    }.get()
    return try #require(bound?.port)
  }

  func close() async throws {
    try await loop.flatSubmit { [inside, loop] in
      let old = inside.value
      inside.value = nil
      return old?.hub.close() ?? loop.makeSucceededVoidFuture()
    }.get()
  }

  func setPeers(_ members: SortedMap<NodeID, Member>) async throws {
    try await on { hub, _ in hub.setPeers(members, configuration: LogIndex(1)) }
  }
}

/// The membership of nodes that listen on these ports of 127.0.0.1.
func members(_ ports: [UInt64: Int], host: String = "127.0.0.1") -> SortedMap<NodeID, Member> {
  SortedMap(
    ports.map { number, port in
      (
        NodeID(number),
        Member(
          id: NodeID(number), incarnation: DiskIncarnation(number),
          peerAddress: "\(host):\(port)", clientAddress: "")
      )
    })
}

/// Runs `body` with `count` connected hubs and closes them after it.
func withCluster(
  _ count: UInt64, timing: PeerTiming = .patient,
  _ body: ([Node], [UInt64: Int]) async throws -> Void
) async throws {
  var nodes: [Node] = []
  var ports: [UInt64: Int] = [:]
  for number in 1...count {
    let node = try await Node(number, timing: timing)
    nodes.append(node)
    ports[number] = try await node.listen()
  }
  for node in nodes { try await node.setPeers(members(ports)) }
  for node in nodes {
    let others = Set(nodes.map(\.id)).subtracting([node.id])
    try await node.until { others.isSubset(of: $0.connected) }
  }
  do { try await body(nodes, ports) } catch {
    for node in nodes { try await node.close() }
    throw error
  }
  for node in nodes { try await node.close() }
}

/// A heartbeat that can be told from others by its round.
func heartbeat(_ round: UInt64, from: NodeID, to: NodeID) -> PeerFrame {
  .raft(
    Envelope(
      from: from, to: to, term: Term(1),
      message: .heartbeat(Heartbeat(round: round, commit: .zero))))
}

extension PeerTiming {
  /// No test fails because the machine is busy.
  static let patient = {
    var timing = PeerTiming()
    timing.handshake = .seconds(60)
    timing.connect = .seconds(60)
    timing.unacknowledged = .seconds(60)
    return timing
  }()
}
