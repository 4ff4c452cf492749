import NIOCore
import PeerProtocol
import PeerSockets
import RaftTypes

/// What a hub told, and a way to wait until it told enough.
final class Recorder: PeerHubDelegate {
  var received: [(peer: NodeID, frame: PeerFrame)] = []
  var bursts = 0
  var connected: [NodeID] = []
  var losses: [(peer: NodeID, loss: LinkLoss)] = []
  var failures: [(peer: NodeID, failure: LinkFailure)] = []
  var met: [(peer: NodeID, disk: DiskIncarnation)] = []
  var clusters: [ClusterID] = []
  /// Answers a received frame, on the loop.
  var respond: ((PeerHub, PeerFrame, NodeID) -> Void)?
  private var waiting: [(condition: (Recorder) -> Bool, promise: EventLoopPromise<Void>)] = []

  func peerHub(_ hub: PeerHub, received frame: PeerFrame, from peer: NodeID) {
    received.append((peer, frame))
    respond?(hub, frame, peer)
  }

  func peerHubFinishedReading(_ hub: PeerHub) {
    bursts += 1
    hub.flush()
    wake()
  }

  func peerHub(_ hub: PeerHub, connectedTo peer: NodeID) {
    connected.append(peer)
    wake()
  }

  func peerHubChangedGuardedSockets(_ hub: PeerHub) { wake() }

  func peerHub(_ hub: PeerHub, disconnectedFrom peer: NodeID, _ loss: LinkLoss) {
    losses.append((peer, loss))
    wake()
  }

  func peerHub(_ hub: PeerHub, cannotReach peer: NodeID, _ failure: LinkFailure) {
    failures.append((peer, failure))
    wake()
  }

  func peerHub(_ hub: PeerHub, met peer: NodeID, on disk: DiskIncarnation) {
    met.append((peer, disk))
    wake()
  }

  func peerHub(_ hub: PeerHub, takenInBy cluster: ClusterID) {
    clusters.append(cluster)
    wake()
  }

  func wait(on loop: any EventLoop, until condition: @escaping (Recorder) -> Bool)
    -> EventLoopFuture<Void>
  {
    guard !condition(self) else { return loop.makeSucceededVoidFuture() }
    let promise = loop.makePromise(of: Void.self)
    waiting.append((condition, promise))
    // So that a broken hub fails its test instead of holding up the whole run.
    let watchdog = loop.scheduleTask(in: .seconds(40)) { promise.fail(NeverHappened()) }
    promise.futureResult.whenComplete { _ in watchdog.cancel() }
    return promise.futureResult
  }

  struct NeverHappened: Error {}

  private func wake() {
    let ready = waiting.filter { $0.condition(self) }
    waiting.removeAll { $0.condition(self) }
    for waiter in ready { waiter.promise.succeed(()) }
  }
}

extension Recorder {
  /// The rounds of the heartbeats that came from `peer`.
  func rounds(from peer: NodeID) -> [UInt64] {
    received.compactMap {
      guard $0.peer == peer, case .raft(let envelope) = $0.frame,
        case .heartbeat(let beat) = envelope.message
      else { return nil }
      return beat.round
    }
  }
}
