internal import PeerProtocol
internal import RaftTypes

/// One of a peer's connections.
struct LinkKey: Comparable, Hashable {
  let peer: NodeID
  let channel: ChannelKind

  static func < (a: LinkKey, b: LinkKey) -> Bool {
    a.peer != b.peer ? a.peer < b.peer : a.channel.rawValue < b.channel.rawValue
  }
}
