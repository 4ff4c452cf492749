import Determinism
import NIOCore
import PeerProtocol
import PeerSockets
import RaftTypes
import Testing

@Suite("Who is let in", .timeLimit(.minutes(1)))
struct AdmissionTests {
  /// A lone member of a cluster of 1 and 2, listening.
  private func listener(timing: PeerTiming = .patient) async throws -> (Node, Int) {
    let node = try await Node(1, timing: timing)
    let port = try await node.listen()
    try await node.setPeers(members([1: port, 2: 1]))
    return (node, port)
  }

  @Test("a node of another cluster is refused, and says why")
  func otherCluster() async throws {
    let stranger = try await Node(2, cluster: ClusterID(8, epoch: 1))
    let (node, port) = try await listener()
    try await stranger.setPeers(members([1: port, 2: 1]))
    try await stranger.until { !$0.failures.isEmpty }
    let failure = try await stranger.on { $1.failures[0].failure }
    #expect(failure == .refused(.otherCluster(Node.cluster)))
    #expect(failure.description.contains("another cluster (7.1)"))
    #expect(try await stranger.on { hub, _ in hub.isConnected(to: NodeID(1)) } == false)
    try await stranger.close()
    try await node.close()
  }

  @Test("a dialer that reaches another node than it meant does not stay")
  func wrongNode() async throws {
    let dialer = try await Node(3)
    let (node, port) = try await listener()
    try await dialer.setPeers(members([2: port, 3: 1]))
    try await dialer.until { !$0.failures.isEmpty }
    #expect(try await dialer.on { $1.failures[0].failure } == .refused(.wrongNode(NodeID(1))))
    try await dialer.close()
    try await node.close()
  }

  @Test("pitfall 3: a member that answers from another disk is not spoken to")
  func wipedAnswerer() async throws {
    let (node, port) = try await listener()
    let dialer = try await Node(2)
    var known = members([1: port, 2: 1])
    known[NodeID(1)] = Member(
      id: NodeID(1), incarnation: DiskIncarnation(99), peerAddress: "127.0.0.1:\(port)",
      clientAddress: "")
    try await dialer.setPeers(known)
    try await dialer.until { !$0.failures.isEmpty }
    let failure = try await dialer.on { $1.failures[0].failure }
    #expect(failure == .unsuitable(.replacedDisk(DiskIncarnation(99))))
    try await dialer.close()
    try await node.close()
  }

  @Test("a speaker of garbage is cut off without an answer", arguments: [0, 1])
  func garbage(kind: Int) async throws {
    let (node, port) = try await listener()
    let raw = try await RawPeer(to: port)
    let request = Array("GET / HTTP/1.1\r\nHost: quoin\r\n\r\n".utf8)
    try await raw.send(kind == 0 ? request : [UInt8](repeating: 0, count: 4096))
    #expect(try await raw.answerAfterEnd() == nil)
    try await node.close()
  }

  @Test("garbage after a good hello ends the connection and is told as a loss")
  func garbageLater() async throws {
    let (node, port) = try await listener()
    let raw = try await RawPeer(to: port)
    try await raw.greet(as: 2, to: 1)
    try await raw.send([UInt8](repeating: 7, count: 64))
    guard case .welcome = try await raw.answerAfterEnd() else {
      Issue.record("no welcome")
      return
    }
    try await node.until { $0.losses.count == 1 }
    let loss = try await node.on { $1.losses[0].loss }
    #expect(loss == LinkLoss(direction: .incoming, reset: false, unsent: []))
    try await node.close()
  }

  @Test("an envelope that names other ends than its connection ends it")
  func misdirected() async throws {
    let (node, port) = try await listener()
    for (from, to) in [(UInt64(3), UInt64(1)), (2, 3)] {
      let raw = try await RawPeer(to: port)
      try await raw.greet(as: 2, to: 1)
      try await raw.send(encoded(heartbeat(1, from: NodeID(from), to: NodeID(to))))
      try await raw.ended.get()
    }
    #expect(try await node.on { $1.received.isEmpty })
    try await node.close()
  }

  @Test("a connection that says nothing ends when its time is over")
  func silent() async throws {
    var timing = PeerTiming()
    timing.handshake = .milliseconds(20)
    let (node, port) = try await listener(timing: timing)
    let raw = try await RawPeer(to: port)
    #expect(try await raw.answerAfterEnd() == nil)
    try await node.close()
  }

  @Test("strangers beyond the limit are turned away, and members get in once those have gone")
  func crowd() async throws {
    let (node, port) = try await listener()
    var crowd: [RawPeer] = []
    for _ in 0..<64 { crowd.append(try await RawPeer(to: port)) }
    // The listener accepts in order, so the one behind the crowd sees a full house.
    let late = try await RawPeer(to: port)
    #expect(try await late.answerAfterEnd() == nil)
    for raw in crowd { try await raw.channel.close() }
    let member = try await Node(2)
    try await member.setPeers(members([1: port, 2: 1]))
    try await member.until { $0.connected == [NodeID(1)] }
    try await member.close()
    try await node.close()
  }

  @Test("a newer connection of the same member replaces the older one, without a loss")
  func replaced() async throws {
    let (node, port) = try await listener()
    let older = try await RawPeer(to: port)
    try await older.greet(as: 2, to: 1)
    try await older.send(encoded(heartbeat(1, from: NodeID(2), to: NodeID(1))))
    try await node.until { $0.rounds(from: NodeID(2)) == [1] }
    let newer = try await RawPeer(to: port)
    try await newer.greet(as: 2, to: 1)
    try await older.ended.get()
    try await newer.send(encoded(heartbeat(2, from: NodeID(2), to: NodeID(1))))
    try await node.until { $0.rounds(from: NodeID(2)) == [1, 2] }
    #expect(try await node.on { $1.losses.isEmpty })
    try await node.close()
  }

  @Test("a member on a new disk loses its connection when the membership says so")
  func diskReplacedLater() async throws {
    let (node, port) = try await listener()
    let raw = try await RawPeer(to: port)
    try await raw.greet(as: 2, to: 1)
    try await raw.send(encoded(heartbeat(1, from: NodeID(2), to: NodeID(1))))
    try await node.until { $0.rounds(from: NodeID(2)) == [1] }
    var known = members([1: port])
    known[NodeID(2)] = Member(
      id: NodeID(2), incarnation: DiskIncarnation(50), peerAddress: "127.0.0.1:1",
      clientAddress: "")
    try await node.setPeers(known)
    try await raw.ended.get()
    try await node.close()
  }

  @Test("pitfall 3: a dialer hears on which disk its peer is, the right one or not")
  func met() async throws {
    let (node, port) = try await listener()
    for expected in [UInt64(1), 99] {
      let dialer = try await Node(2)
      var known = members([1: port, 2: 1])
      known[NodeID(1)] = Member(
        id: NodeID(1), incarnation: DiskIncarnation(expected), peerAddress: "127.0.0.1:\(port)",
        clientAddress: "")
      try await dialer.setPeers(known)
      try await dialer.until { !$0.connected.isEmpty || !$0.failures.isEmpty }
      let met = try await dialer.on { _, recorder in recorder.met.map(\.disk) }
      #expect(met == [DiskIncarnation(1)])
      try await dialer.close()
    }
    try await node.close()
  }

  @Test("an empty disk is taken in by the first frame, not by a hello alone")
  func takenIn() async throws {
    let node = try await Node(1, cluster: nil)
    let port = try await node.listen()
    let raw = try await RawPeer(to: port)
    try await raw.greet(as: 2, to: 1)
    let other = try await RawPeer(to: port)
    try await other.greet(as: 3, to: 1)
    #expect(try await node.on { $1.clusters.isEmpty })
    try await other.send(encoded(heartbeat(1, from: NodeID(3), to: NodeID(1))))
    try await node.until { $0.clusters == [Node.cluster] }
    #expect(try await node.on { $1.received.isEmpty })
    try await node.close()
  }

  @Test("who acts under a newer membership is let in and answered, on a disk unknown so far too")
  func guest() async throws {
    let (node, port) = try await listener()
    let leader = try await Node(2)
    let door = try await leader.listen()
    // For the listener, node 2 is elsewhere; for node 3 it is nobody.
    let stranger = try await Node(3)
    let strangersDoor = try await stranger.listen()
    let newer = members([1: port, 2: door, 3: strangersDoor])
    for dialer in [leader, stranger] {
      try await dialer.on { hub, _ in hub.setPeers(newer, configuration: LogIndex(2)) }
      try await node.until { $0.connected.contains(dialer.id) }
      try await node.on { hub, _ in
        #expect(hub.send(heartbeat(7, from: NodeID(1), to: dialer.id), to: dialer.id))
        hub.flush()
      }
      try await dialer.until { $0.rounds(from: NodeID(1)) == [7] }
    }
    // The own membership becomes as new, and leaves node 3 out: its connections end.
    try await node.on { hub, _ in
      hub.setPeers(members([1: port, 2: door]), configuration: LogIndex(2))
    }
    try await stranger.until { recorder in
      recorder.failures.contains { $0.failure == .refused(.unknownMember(NodeID(3))) }
    }
    #expect(try await node.on { hub, _ in hub.isConnected(to: NodeID(2)) })
    for each in [node, leader, stranger] { try await each.close() }
  }
}
