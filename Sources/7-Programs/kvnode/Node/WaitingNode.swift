import Glibc
import HTTPAPI
import Logging
import NIOCore
import PeerProtocol
import PeerSockets
import RaftTypes

/// A node on an empty disk: it belongs to no cluster, and never founds one (pitfall 69). It answers
/// every client with what to do, and every member of a cluster with the name of its disk, drawn for
/// the life of the process; the first member that trusts this name takes the node in.
final class WaitingNode: RunningNode {
  private let configuration: NodeConfiguration
  private let loop: any EventLoop
  private let ended: EventLoopPromise<NodeEnding>
  private let log: Logger
  private let disk: DiskIncarnation
  private let server: HTTPServer
  private let port: WaitingPort
  private let hub: PeerHub
  private var isTakenIn = false

  init(
    _ configuration: NodeConfiguration, as disk: DiskIncarnation, on loop: any EventLoop,
    ended: EventLoopPromise<NodeEnding>, log: Logger
  ) {
    self.configuration = configuration
    self.loop = loop
    self.ended = ended
    self.log = log
    self.disk = disk
    port = WaitingPort(configuration, disk)
    server = HTTPServer(on: loop, port: port)
    hub = PeerHub(
      on: loop,
      as: Handshake.Identity(cluster: nil, node: configuration.id, incarnation: disk),
      seed: disk.number, logger: log)
    hub.delegate = self
  }

  func listen() -> EventLoopFuture<Void> {
    Listening.start(hub, server, configuration, on: loop).assumeIsolated().map {
      self.log.warning("\(self.configuration.data) is empty. \(WaitingPort.remedy)")
    }.nonisolated()
  }

  func stop() { ended.succeed(.stopped) }

  func close() -> EventLoopFuture<Void> {
    // Nobody waits for an answer here: what comes next should begin soon.
    server.drain(within: .milliseconds(100)).assumeIsolated().flatMap { self.hub.close() }
      .nonisolated()
  }
}

extension WaitingNode: PeerHubDelegate {
  func peerHub(_ hub: PeerHub, takenInBy cluster: ClusterID) {
    guard !isTakenIn else { return }
    isTakenIn = true
    log.notice("cluster \(cluster) takes this node in, on disk \(disk)")
    ended.succeed(.takenIn(cluster, disk))
  }
  // It dials nobody, and whoever talks to it takes it in.
  func peerHub(_ hub: PeerHub, received frame: PeerFrame, from peer: NodeID) {}
  func peerHubFinishedReading(_ hub: PeerHub) {}
  func peerHubChangedGuardedSockets(_ hub: PeerHub) {}
  func peerHub(_ hub: PeerHub, connectedTo peer: NodeID) {}
  func peerHub(_ hub: PeerHub, disconnectedFrom peer: NodeID, _ loss: LinkLoss) {}
  func peerHub(_ hub: PeerHub, cannotReach peer: NodeID, _ failure: LinkFailure) {}
  func peerHub(_ hub: PeerHub, met peer: NodeID, on disk: DiskIncarnation) {}
}
