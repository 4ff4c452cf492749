import BinaryCodec
import NIOCore
import PeerProtocol
import Replica

/// A connection from one node to another: what is sent is encoded, cut and decoded as on
/// a socket.
final class MemoryLink {
  let peer: MemoryNode
  private unowned let node: MemoryNode
  private var outbox = Outbox()
  private var decoder = FrameDecoder(limit: Limits.frameBody)

  init(from node: MemoryNode, to peer: MemoryNode) {
    self.node = node
    self.peer = peer
  }

  func send(_ frame: PeerFrame) {
    let isTaken = outbox.offer(frame)
    precondition(isTaken, "MemoryLink: \(node.id) has too much for \(peer.id)")
  }

  /// All that waits, as one write and one read; false when nothing waits.
  func drain() throws -> Bool {
    guard !outbox.isEmpty else { return false }
    var writer = ByteWriter(capacity: 512 + outbox.heavyBytes)
    while let frame = outbox.next() { frame.write(to: &writer) }
    ByteBuffer(bytes: writer.bytes).withUnsafeReadableBytes { decoder.feed($0) }
    while let raw = try decoder.next() { peer.offer(.frame(try PeerFrame(raw), from: node.id)) }
    return true
  }
}
