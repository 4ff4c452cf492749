import BinaryCodec
import Glibc
import NIOCore
import PeerProtocol
import PeerSockets
import RaftTypes
import Testing

@Suite("The connections that a guard keeps", .timeLimit(.minutes(1)))
struct GuardedTests {
  @Test("what a guard writes there after its node's death arrives, whatever the node was saying")
  func lastWord() async throws {
    try await withCluster(2) { nodes, _ in
      try await nodes[0].wait { $0.guardedSockets.count == 1 }
      // A guard's copy, as it comes over a Unix socket; the loop must not close it meanwhile.
      let copy = try await nodes[0].on { hub, _ in dup(hub.guardedSockets.first ?? -1) }
      #expect(copy >= 0)
      try await nodes[0].close()
      try await nodes[1].until { !$0.losses.isEmpty }
      var writer = ByteWriter()
      PeerFrame.addressReleased(Term(7)).write(to: &writer)
      let bytes = writer.bytes
      #expect(write(copy, bytes, bytes.count) == bytes.count)
      Glibc.close(copy)
      try await nodes[1].until { $0.received.contains { $0.frame == .addressReleased(Term(7)) } }
      #expect(try await nodes[1].on { $1.received.map(\.peer) } == [NodeID(1)])
    }
  }
}
