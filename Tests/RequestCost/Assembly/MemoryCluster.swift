import Determinism
import HTTPAPI
import NIOCore
import NIOEmbedded
import RaftTypes

/// Three nodes and their clients on one thread, in virtual time: the same bytes in give the same
/// instructions, run after run.
final class MemoryCluster {
  private let loop = EmbeddedEventLoop()
  private let nodes: [MemoryNode]
  private var leader: MemoryNode
  private var connections: [EmbeddedChannel] = []
  private var now: Instant

  /// What a round of turns takes in virtual time: heartbeats come as often as under load.
  private static let round = TimeSpan.microseconds(50)

  init(connections count: Int) throws {
    let start = Instant(nanoseconds: 1 << 40)
    now = start
    let cluster = ClusterID(1, epoch: 1)
    let members = (UInt64(1)...3).map {
      Member(
        id: NodeID($0), incarnation: DiskIncarnation($0), peerAddress: "127.0.0.1:730\($0)",
        clientAddress: "127.0.0.1:710\($0)")
    }
    let genesis = Entry(
      position: LogPosition(term: .zero, index: LogIndex(1)), logTime: .zero,
      payload: .genesis(cluster, Membership(voters: members)))
    let loop = loop
    nodes = try members.map {
      try MemoryNode($0, of: cluster, genesis: genesis, on: loop, at: start)
    }
    leader = nodes[0]
    for node in nodes {
      node.connect(to: nodes.filter { $0 !== node })
    }
    while true {
      // Whoever is impatient first; the dice of the nodes always fall the same.
      now = max(now, nodes.reduce(.distantFuture) { min($0, $1.nextDeadline) })
      try settle()
      guard let elected = nodes.first(where: { $0.isLeader }) else { continue }
      leader = elected
      break
    }
    for _ in 0..<count {
      let channel = EmbeddedChannel(loop: loop)
      try leader.server.serve(channel)
      channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
      connections.append(channel)
    }
  }

  /// One request on each of the first connections, all at once, until all are answered with 200.
  func ask(_ requests: ArraySlice<ByteBuffer>) throws {
    for (channel, request) in zip(connections, requests) {
      channel.pipeline.fireChannelRead(request)
      channel.pipeline.fireChannelReadComplete()
    }
    try settle()
    for (place, channel) in connections.prefix(requests.count).enumerated() {
      guard let answer = try channel.readOutbound(as: ByteBuffer.self),
        answer.readableBytesView.starts(with: "HTTP/1.1 200 ".utf8)
      else { throw AssemblyFault.unanswered(connection: place) }
    }
  }

  /// Lets everything happen that has a cause. In this order the leader's sync and the way to the
  /// followers begin together.
  private func settle() throws {
    var isBusy = true
    while isBusy {
      loop.run()
      isBusy = false
      for node in nodes where node.turn(at: now) { isBusy = true }
      loop.run()
      for node in nodes where try node.store() { isBusy = true }
      for node in nodes where try node.flush() { isBusy = true }
      now = now + Self.round
    }
  }
}

enum AssemblyFault: Error {
  case unanswered(connection: Int)
}
