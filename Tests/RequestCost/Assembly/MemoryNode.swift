import BinaryCodec
import ClientProtocol
import Determinism
import HTTPAPI
import KeyValueStore
import NIOCore
import NIOEmbedded
import RaftCore
import RaftTypes
import Replica
import WriteAheadLog

/// A node as `kvnode` wires it, without threads and sockets: HTTP server, replica, log and peer
/// frames are the production ones; the few lines between them stand for the replica loop and the
/// connections of the peer hub.
final class MemoryNode {
  let id: NodeID
  let server: HTTPServer
  private(set) var replica: Replica
  private let gateway: MemoryGateway
  private let storage: MemoryStorage
  private var inputs: [ReplicaInput] = []
  private var links: [MemoryLink] = []

  init(
    _ member: Member, of cluster: ClusterID, genesis: Entry, on loop: EmbeddedEventLoop,
    at now: Instant
  ) throws {
    id = member.id
    let files = MemoryFiles()
    // Large enough never to be full: a new segment now and then would not be a request's.
    let options = LogOptions(segmentSize: 256 << 20, reserveSize: 0)
    try WriteAheadLog.format(
      files,
      DiskIdentity(cluster: cluster, node: member.id, incarnation: member.incarnation),
      genesis: genesis, options)
    guard
      case .opened(let log, let recovery) = try WriteAheadLog.open(
        files, options, renewal: member.incarnation)
    else { preconditionFailure("MemoryNode: a formatted directory is empty") }
    replica = Replica(
      settings: ReplicaSettings(
        id: member.id, incarnation: member.incarnation, cluster: cluster, consensus: .lan,
        pid: 1, clientAddress: member.clientAddress, peerAddress: member.peerAddress,
        virtualAddress: nil),
      recovered: Recovered(recovery), store: Store(), seed: member.id.number, at: now)
    storage = MemoryStorage(log)
    gateway = MemoryGateway()
    server = HTTPServer(on: loop, port: gateway)
    gateway.node = self
  }

  /// Begins to talk to these nodes.
  func connect(to peers: [MemoryNode]) { links = peers.map { MemoryLink(from: self, to: $0) } }

  var isLeader: Bool { replica.core.isLeader }

  /// When a turn is due without any input.
  private(set) var nextDeadline = Instant(nanoseconds: 0)

  func offer(_ input: ReplicaInput) { inputs.append(input) }

  /// One turn of the replica's loop; false when there was nothing to do.
  func turn(at now: Instant) -> Bool {
    if nextDeadline <= now { inputs.append(.timePassed) }
    guard !inputs.isEmpty else { return false }
    let arrived = inputs
    inputs = []
    inputs.reserveCapacity(arrived.count)
    let wallClock = LogTime(milliseconds: now.nanoseconds / 1_000_000)
    let effects = replica.step(arrived, at: now, wallClock: wallClock)
    if !effects.storage.isEmpty { storage.submit(effects.storage) }
    for outbound in effects.frames {
      for link in links where link.peer.id == outbound.to { link.send(outbound.frame) }
    }
    for answer in effects.answers { gateway.answer(answer.reply, tag: answer.tag) }
    precondition(effects.fault == nil && effects.snapshots.isEmpty, "MemoryNode: \(effects)")
    // Told with the effects, as the replica's loop hears it: to ask for it would copy the replica.
    nextDeadline = effects.nextDeadline
    return true
  }

  /// Everything that waits for the peers arrives there; false when nothing did.
  func flush() throws -> Bool {
    var isBusy = false
    for link in links where try link.drain() { isBusy = true }
    return isBusy
  }

  /// The storage thread's turn; false when there was nothing to do.
  func store() throws -> Bool {
    guard !storage.isIdle else { return false }
    for answer in try storage.perform() { offer(answer) }
    return true
  }
}
