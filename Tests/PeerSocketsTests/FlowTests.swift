import BinaryCodec
import Determinism
import NIOCore
import PeerProtocol
import PeerSockets
import RaftTypes
import Testing

@Suite("What flows", .timeLimit(.minutes(1)))
struct FlowTests {
  /// An append of one entry of `size` bytes from node 1 to node 2.
  private func bulk(_ index: UInt64, _ size: Int) -> PeerFrame {
    let position = LogPosition(term: Term(1), index: LogIndex(index + 1))
    let entry = Entry(
      position: position, logTime: .zero,
      payload: .command([UInt8](repeating: UInt8(truncatingIfNeeded: index), count: size)[...]))
    return .raft(
      Envelope(
        from: NodeID(1), to: NodeID(2), term: Term(1),
        message: .append(
          Append(
            previous: LogPosition(term: Term(1), index: LogIndex(index)), entries: [entry],
            commit: .zero))))
  }

  private func chunk(_ offset: UInt64, _ size: Int) -> PeerFrame {
    let membership = Membership(voters: Array(members([1: 1, 2: 2]).values))
    let snapshot = SnapshotDescriptor(
      position: LogPosition(term: Term(1), index: LogIndex(9)), logTime: .zero,
      membership: membership, cluster: Node.cluster, stateHash: 1)
    return .raft(
      Envelope(
        from: NodeID(1), to: NodeID(2), term: Term(1),
        message: .snapshotChunk(
          SnapshotChunk(
            snapshot: snapshot, offset: offset, size: 1 << 40,
            bytes: [UInt8](repeating: 1, count: size)[...]))))
  }

  @Test(
    "a forward of the largest size crosses, and its answer comes back over the other connection")
  func largeForward() async throws {
    try await withCluster(2) { nodes, _ in
      let body = [UInt8](repeating: 5, count: PeerProtocol.Limits.frameBody - 8)[...]
      try await nodes[1].on { _, recorder in
        recorder.respond = { hub, frame, peer in
          guard case .forward(let call) = frame else { return }
          hub.send(.forwardReply(PeerCall(id: call.id, bytes: [1])), to: peer)
        }
      }
      try await nodes[0].on { hub, _ in
        #expect(hub.send(.forward(PeerCall(id: 3, bytes: body)), to: NodeID(2)))
        hub.flush()
      }
      try await nodes[0].until { $0.received.count == 1 }
      let reply = try await nodes[0].on { $1.received[0].frame }
      #expect(reply == .forwardReply(PeerCall(id: 3, bytes: [1])))
      let isWhole = try await nodes[1].on { _, recorder in
        guard case .forward(let call) = recorder.received[0].frame else { return false }
        return call.id == 3
          && call.bytes.withUnsafeBytes { $0.count == body.count && $0.allSatisfy { $0 == 5 } }
      }
      #expect(isWhole)
    }
  }

  @Test("nothing leaves before a flush, and a flush of nothing is nothing")
  func collected() async throws {
    try await withCluster(2) { nodes, _ in
      try await nodes[0].on { hub, _ in
        hub.flush()
        for id in 0..<3 as Range<UInt64> {
          hub.send(.forward(PeerCall(id: id, bytes: [1])), to: NodeID(2))
        }
        #expect(hub.traffic(to: NodeID(2), .messages)?.counters.sent == 0)
        hub.flush()
        #expect(hub.traffic(to: NodeID(2), .messages)?.counters.sent == 3)
      }
      try await nodes[1].until { $0.received.count == 3 }
      // One write arrives as one burst, so that its frames are stepped together.
      #expect(try await nodes[1].on { $1.bursts } == 1)
    }
  }

  @Test("without a connection a frame is refused at once")
  func noConnection() async throws {
    let node = try await Node(1)
    try await node.on { hub, _ in
      let call = PeerFrame.forward(PeerCall(id: 1, bytes: []))
      #expect(!hub.send(call, to: NodeID(2)))
      hub.setPeers(members([1: 1, 2: 1]), configuration: LogIndex(1))
      #expect(!hub.send(call, to: NodeID(2)))
    }
    try await node.close()
  }

  @Test("pitfall 39: snapshot chunks travel apart, and no heartbeat waits behind them")
  func snapshotsApart() async throws {
    let silent = try await SilentPeer(as: 2)
    let node = try await Node(1)
    try await node.setPeers(members([1: 1, 2: silent.port]))
    try await node.until { $0.connected == [NodeID(2)] }
    // The snapshot connection may open a moment after the messages one.
    while try await node.on({ hub, _ in !hub.send(self.chunk(0, 1), to: NodeID(2)) }) {}
    try await node.on { hub, _ in
      var offset: UInt64 = 1
      while hub.send(self.chunk(offset, 1 << 20), to: NodeID(2)) {
        hub.flush()
        offset += 1 << 20
      }
      #expect(hub.send(heartbeat(1, from: NodeID(1), to: NodeID(2)), to: NodeID(2)))
      hub.flush()
      #expect(hub.traffic(to: NodeID(2), .messages)?.counters.sent == 1)
      #expect(hub.traffic(to: NodeID(2), .messages)?.waitingBytes == 0)
      #expect((hub.traffic(to: NodeID(2), .snapshot)?.waitingBytes ?? 0) > 0)
    }
    try await node.close()
    try await silent.close()
  }

  @Test("a peer that does not read fills the outbox to its bound and no further")
  func slowReader() async throws {
    let silent = try await SilentPeer(as: 2)
    let node = try await Node(1)
    try await node.setPeers(members([1: 1, 2: silent.port]))
    try await node.until { $0.connected == [NodeID(2)] }
    try await node.on { hub, _ in
      // Together five times what outbox, NIO and the kernel hold.
      for index in 0..<400 as Range<UInt64> {
        hub.send(self.bulk(index, 1 << 20), to: NodeID(2))
        hub.send(heartbeat(index, from: NodeID(1), to: NodeID(2)), to: NodeID(2))
        hub.flush()
      }
      let traffic = hub.traffic(to: NodeID(2), .messages)
      #expect((traffic?.waitingBytes ?? .max) <= PeerProtocol.Limits.bulkBytes)
      #expect((traffic?.counters.droppedBulk ?? 0) > 300)
    }
    try await node.close()
    try await silent.close()
  }

  @Test("what a connection did not take at one flush follows by itself, in order")
  func writable() async throws {
    try await withCluster(2) { nodes, _ in
      try await nodes[0].on { hub, _ in
        for index in 0..<30 as Range<UInt64> {
          #expect(hub.send(self.bulk(index, 1 << 20), to: NodeID(2)))
        }
        hub.flush()
      }
      try await nodes[1].until { $0.received.count == 30 }
      let arrived = try await nodes[1].on { _, recorder in
        recorder.received.map { received -> UInt64? in
          guard case .raft(let envelope) = received.frame,
            case .append(let append) = envelope.message
          else { return nil }
          return append.previous.index.number
        }
      }
      #expect(arrived == (0..<30).map { $0 })
    }
  }

  @Test("pitfall 60: when a connection breaks, calls that had not left come back as not applied")
  func unsentCalls() async throws {
    let silent = try await SilentPeer(as: 2)
    let node = try await Node(1)
    try await node.setPeers(members([1: 1, 2: silent.port]))
    try await node.until { $0.connected == [NodeID(2)] }
    let taken = try await node.on { hub, recorder in
      var taken: [UInt64] = []
      let body = [UInt8](repeating: 1, count: 1 << 20)[...]
      for id in 0..<100 as Range<UInt64> {
        if hub.send(.forward(PeerCall(id: id, bytes: body)), to: NodeID(2)) { taken.append(id) }
        hub.flush()
      }
      let sent = hub.traffic(to: NodeID(2), .messages)?.counters.sent ?? 0
      hub.setPeers(members([1: 1]), configuration: LogIndex(2))
      let unsent = recorder.losses.flatMap(\.loss.unsent)
      let ids = unsent.compactMap { if case .forward(let call) = $0 { call.id } else { nil } }
      // What was taken either left, outcome unknown, or came back: nothing is lost between.
      #expect(ids == Array(taken.dropFirst(sent)))
      #expect(!ids.isEmpty && sent > 0)
      #expect(recorder.losses.map(\.loss.reset) == [false])
      return taken
    }
    #expect(taken.count < 100)
    try await node.close()
    try await silent.close()
  }

  @Test("members may be named by host name")
  func hostName() async throws {
    let node = try await Node(1)
    let port = try await node.listen()
    let dialer = try await Node(2)
    try await node.setPeers(members([1: port, 2: 1]))
    try await dialer.setPeers(members([1: port, 2: 1], host: "localhost"))
    try await dialer.until { $0.connected == [NodeID(1)] }
    try await dialer.close()
    try await node.close()
  }

  @Test(
    "an address that means nothing is told as the reason",
    arguments: [("nowhere", "nowhere: not host:port"), ("no such host:1", "no such host: ")])
  func badAddress(address: String, reason: String) async throws {
    let node = try await Node(1)
    let member = Member(
      id: NodeID(2), incarnation: DiskIncarnation(2), peerAddress: address, clientAddress: "")
    try await node.setPeers(SortedMap([(member.id, member)]))
    try await node.until { !$0.failures.isEmpty }
    #expect(try await node.on { $1.failures[0].failure.description }.contains(reason))
    try await node.close()
  }
}

/// The bytes of one frame.
func encoded(_ frame: PeerFrame) -> [UInt8] {
  var writer = ByteWriter()
  frame.write(to: &writer)
  return writer.bytes
}
