import ClientProtocol
import Determinism
import Glibc
import HTTPAPI
import KeyValueStore
import Logging
import NIOCore
import NodeRuntime
import PeerProtocol
import PeerSockets
import PosixStorage
import RaftCore
import RaftTypes
import Replica
import WriteAheadLog

/// A working node: the replica loop with everything it is wired to. On its event loop.
final class Node: RunningNode {
  private let configuration: NodeConfiguration
  private let loop: any EventLoop
  private let log: Logger
  private let replica: ReplicaLoop<PosixFileSystem, PeerHub>
  private let hub: PeerHub
  private let server: HTTPServer
  private let gateway: ClientGateway
  private let address: any NodeAddress
  private let storage: StorageWorker<PosixFileSystem>
  private let snapshots: SnapshotWorkers<PosixFileSystem>
  private let scans: ScanWorker
  private let ended: EventLoopPromise<NodeEnding>
  private let damaged: [LogPosition]

  init(
    _ configuration: NodeConfiguration, _ disk: RecoveredDisk, on loop: any EventLoop,
    ended: EventLoopPromise<NodeEnding>, log: Logger
  ) throws {
    self.configuration = configuration
    self.loop = loop
    self.log = log
    self.ended = ended
    damaged = disk.recovery.damaged
    let identity = disk.recovery.identity
    let target = NIOLoopBoundBox<ReplicaLoop<PosixFileSystem, PeerHub>?>(nil, eventLoop: loop)
    let mailbox = Mailbox(
      deliver: { inputs in
        loop.execute { for input in inputs { target.value?.offer(input) } }
      }, failed: { reason in loop.execute { ended.fail(StartFault.failed(reason)) } })
    storage = StorageWorker(disk.log, on: disk.files, mailbox: mailbox)
    let settings = ReplicaSettings(configuration, identity)
    snapshots = SnapshotWorkers(
      on: disk.files, storage: storage, mailbox: mailbox,
      chunkBytes: settings.limits.chunkBytes, log: log)
    scans = ScanWorker(mailbox)
    var random = SystemRandomNumberGenerator()
    hub = PeerHub(
      on: loop,
      as: Handshake.Identity(
        cluster: identity.cluster, node: identity.node, incarnation: identity.incarnation),
      seed: random.next(), logger: log)
    gateway = ClientGateway()
    var clientLimits = HTTPAPI.Limits()
    clientLimits.connections = min(clientLimits.connections, OpenFiles.forClients)
    server = HTTPServer(on: loop, port: gateway, limits: clientLimits)
    address = try configuration.virtualAddress.table(
      for: identity, times: settings.consensus, server: server, on: loop, seed: random.next(),
      log: log)
    gateway.address = address
    replica = ReplicaLoop(
      eventLoop: loop,
      replica: Replica(
        settings: settings, recovered: Recovered(disk.recovery), store: disk.store,
        seed: random.next(), at: ReplicaLoop<PosixFileSystem, PeerHub>.now(),
        since: disk.began),
      links: hub, storage: storage, snapshots: snapshots, scans: scans, address: address, log: log)
    target.value = replica
    gateway.replica = replica
    gateway.snapshots = snapshots
    address.offer = { [weak replica] in replica?.offer($0) }
    replica.delegate = self
    hub.delegate = self
  }

  func listen() -> EventLoopFuture<Void> {
    Listening.start(hub, server, configuration, on: loop).assumeIsolated().flatMap {
      self.address.start()
    }.map {
      for position in self.damaged.prefix(1) { self.replica.offer(.snapshotDamaged(position)) }
      self.replica.start()
      self.snapshots.startScrubbing()
      self.log.notice(
        "serves clients at \(self.configuration.client), members at \(self.configuration.peer)")
    }.nonisolated()
  }

  func stop() {
    log.notice("stops: hands over first")
    replica.offer(.stop)
  }

  func close() -> EventLoopFuture<Void> {
    address.stop()
    return server.drain(within: .seconds(1)).assumeIsolated().flatMap {
      self.hub.close()
    }.flatMap {
      // The others have heard that this node is gone: what follows delays nobody. First the log,
      // because a snapshot stands for nothing that the log has not.
      let written = self.loop.makePromise(of: Void.self)
      let last = self.replica.replica.lastSnapshot
      let snapshots = self.snapshots
      self.scans.stop()
      self.storage.stop { snapshots.stop(writing: last) { written.succeed() } }
      return written.futureResult
    }.nonisolated()
  }
}

extension Node: ReplicaLoopDelegate {
  func answer(_ reply: ClientReply, tag: UInt64) { gateway.answer(reply, tag: tag) }
  func stopped() { ended.succeed(.stopped) }
  func failed(_ fault: ReplicaFault) { ended.fail(StartFault.failed(fault.sentence)) }
}

extension Node: PeerHubDelegate {
  func peerHub(_ hub: PeerHub, received frame: PeerFrame, from peer: NodeID) {
    replica.offer(.frame(frame, from: peer))
  }
  func peerHubFinishedReading(_ hub: PeerHub) {}
  func peerHubChangedGuardedSockets(_ hub: PeerHub) {
    address.guardedSocketsChanged { [weak hub] in hub?.guardedSockets ?? [] }
  }
  func peerHub(_ hub: PeerHub, connectedTo peer: NodeID) {
    log.info("is connected to node \(peer.number)")
  }
  func peerHub(_ hub: PeerHub, met peer: NodeID, on disk: DiskIncarnation) {
    replica.offer(.peerDisk(peer, disk))
  }
  func peerHub(_ hub: PeerHub, takenInBy cluster: ClusterID) {
    preconditionFailure("Node: taken in by \(cluster), though it belongs to a cluster")
  }
  func peerHub(_ hub: PeerHub, disconnectedFrom peer: NodeID, _ loss: LinkLoss) {
    replica.offer(.linkLost(peer, loss))
  }
  func peerHub(_ hub: PeerHub, cannotReach peer: NodeID, _ failure: LinkFailure) {
    guard failure == .refused(.unknownMember(configuration.id)) else {
      return log.warning("is not connected to node \(peer.number): \(failure)")
    }
    log.error(
      """
      node \(peer.number) says that this node is no member of the cluster: it was removed, and may \
      be stopped. To bring it back: kvctl member add \(configuration.id.number)
      """)
  }
}

extension ReplicaFault {
  /// What happened and what to do.
  var sentence: String {
    switch self {
    case .diverged(let index):
      "no quorum shares a state at index \(index.number): nobody can say what is right; "
        + "compare the disks with `kvctl recover plan`"
    }
  }
}

extension ReplicaSettings {
  init(_ configuration: NodeConfiguration, _ identity: DiskIdentity) {
    self.init(
      id: identity.node, incarnation: identity.incarnation, cluster: identity.cluster,
      consensus: configuration.consensus, pid: UInt32(getpid()),
      clientAddress: configuration.client.description,
      peerAddress: configuration.peer.description,
      virtualAddress: configuration.virtualAddress.text)
    addressTerms = configuration.virtualAddress.terms(configuration.consensus)
  }
}
