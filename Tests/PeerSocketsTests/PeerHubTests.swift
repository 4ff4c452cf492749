import Determinism
import NIOCore
import PeerProtocol
import PeerSockets
import RaftTypes
import Testing

@Suite("Peer connections", .timeLimit(.minutes(1)))
struct PeerHubTests {
  @Test("ten thousand frames each way arrive in order", arguments: [2, 3])
  func inOrder(count: UInt64) async throws {
    try await withCluster(count) { nodes, _ in
      let ids = nodes.map(\.id)
      for node in nodes {
        try await node.on { hub, _ in
          for round in 0..<10_000 as Range<UInt64> {
            for id in ids where id != node.id {
              #expect(hub.send(heartbeat(round, from: node.id, to: id), to: id))
            }
            if round % 100 == 99 { hub.flush() }
          }
        }
      }
      let expected = 10_000 * (ids.count - 1)
      for node in nodes {
        try await node.until { $0.received.count == expected }
        for id in ids where id != node.id {
          #expect(try await node.on { $1.rounds(from: id) } == Array(0..<10_000))
        }
      }
    }
  }

  @Test("a peer that was closed is reached again when it returns on its address")
  func comeBack() async throws {
    try await withCluster(2) { nodes, ports in
      try await nodes[1].close()
      try await nodes[0].until { !$0.losses.isEmpty }
      try await nodes[0].on { _, recorder in recorder.connected = [] }
      let again = try await Node(2)
      _ = try await again.listen(try #require(ports[2]))
      try await again.setPeers(members(ports))
      try await nodes[0].until { $0.connected == [NodeID(2)] }
      try await again.until { $0.connected == [NodeID(1)] }
      try await nodes[0].on { hub, _ in
        hub.send(heartbeat(5, from: NodeID(1), to: NodeID(2)), to: NodeID(2))
        hub.flush()
      }
      try await again.until { $0.rounds(from: NodeID(1)) == [5] }
      try await again.close()
    }
  }

  @Test("the end of a peer's process is told on both connections as a reset")
  func reset() async throws {
    try await withCluster(2) { nodes, _ in
      try await nodes[1].close()
      try await nodes[0].until { $0.losses.count == 2 }
      let losses = try await nodes[0].on { $1.losses.map(\.loss) }
      #expect(losses.allSatisfy { $0.reset })
      #expect(Set(losses.map(\.direction)) == [.incoming, .outgoing])
    }
  }
}
