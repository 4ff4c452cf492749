package import ClientProtocol
package import Determinism
package import Logging
package import NIOCore
package import PeerProtocol
internal import RaftCore
internal import RaftTypes
package import Replica
package import VirtualIP
package import WriteAheadLog

/// Who hears what a node's loop has to say; called on the loop.
package protocol ReplicaLoopDelegate: AnyObject {
  func answer(_ reply: ClientReply, tag: UInt64)
  /// The node has handed over and answered everybody.
  func stopped()
  /// The node must not go on.
  func failed(_ fault: ReplicaFault)
}

/// The event loop that owns a `Replica`: everything that arrives in one turn of the loop is stepped
/// together, and what follows from it is done once at the turn's end.
///
/// Not thread-safe: everything here happens on `eventLoop`; other threads hand their words in by a
/// `Mailbox`.
package final class ReplicaLoop<Files: FileSystem, Links: PeerLinks>
where Files: Sendable {
  package let eventLoop: any EventLoop
  package private(set) var replica: Replica
  package var links: Links
  private let storage: StorageWorker<Files>
  private let snapshots: SnapshotWorkers<Files>
  private let scans: ScanWorker
  private let address: any AddressTable
  private let log: Logger
  package weak var delegate: (any ReplicaLoopDelegate)?

  /// Of this node's life.
  package private(set) var turnTimes = TurnTimes()

  private var inputs: [ReplicaInput] = []
  private var isTurnScheduled = false
  private var timer: Scheduled<Void>?
  private var timerAt = Instant.distantFuture
  private var hasStopped = false
  // By the newest configuration that was told: a node that joins replays some without itself.
  private var wasMember: Bool

  package init(
    eventLoop: any EventLoop, replica: Replica, links: Links, storage: StorageWorker<Files>,
    snapshots: SnapshotWorkers<Files>, scans: ScanWorker, address: any AddressTable, log: Logger
  ) {
    self.eventLoop = eventLoop
    self.replica = replica
    wasMember = replica.core.membership?.members[replica.settings.id] != nil
    self.links = links
    self.storage = storage
    self.snapshots = snapshots
    self.scans = scans
    self.address = address
    self.log = log
  }

  /// The instant of this machine's clock, for a replica's start.
  package static func now() -> Instant { BootClock.now() }

  /// Starts the first turn; from then on deadlines are kept.
  package func start() { offer(.timePassed) }

  /// Takes an input into the turn that ends when everything that is ready on this loop has been
  /// read.
  package func offer(_ input: ReplicaInput) {
    inputs.append(input)
    guard !isTurnScheduled else { return }
    isTurnScheduled = true
    eventLoop.assumeIsolated().execute { self.turn() }
  }

  private func turn() {
    isTurnScheduled = false
    guard !hasStopped else { return }
    let arrived = inputs
    inputs = []
    inputs.reserveCapacity(arrived.count)
    let begun = BootClock.now()
    let effects = replica.step(arrived, at: begun, wallClock: BootClock.logTime())
    honour(effects)
    keepTime(effects.nextDeadline)
    turnTimes.record(BootClock.now().since(begun))
  }

  // In the order of the slots: ReplicaEffects says what depends on it.
  private func honour(_ effects: ReplicaEffects) {
    for action in effects.address {
      if let event = address.perform(action) { offer(.address(event)) }
    }
    if let peers = effects.peers {
      links.setPeers(peers.members, configuration: peers.configuration)
    }
    for outbound in effects.frames where !links.send(outbound.frame, to: outbound.to) {
      if outbound.frame.frameClass == .call { offer(.unsent(outbound.frame, to: outbound.to)) }
    }
    links.flush()
    // Behind the frames: the way of the followers is longer than that of this node's own disk.
    if !effects.storage.isEmpty { storage.submit(effects.storage) }
    for answer in effects.answers { delegate?.answer(answer.reply, tag: answer.tag) }
    if !effects.snapshots.isEmpty { snapshots.submit(effects.snapshots) }
    if !effects.scans.isEmpty { scans.submit(effects.scans) }
    for event in effects.events { tell(event) }
    if let fault = effects.fault {
      hasStopped = true
      timer?.cancel()
      delegate?.failed(fault)
    } else if effects.stopped {
      hasStopped = true
      timer?.cancel()
      delegate?.stopped()
    }
  }

  // The timer is only ever moved forward: one that fires early costs an empty turn, moving it at
  // every turn would cost a heap operation and a system call at every turn.
  private func keepTime(_ next: Instant) {
    guard next < timerAt, !hasStopped else { return }
    timer?.cancel()
    timerAt = next
    let wait = next.since(BootClock.now())
    timer = eventLoop.assumeIsolated().scheduleTask(
      in: .nanoseconds(Int64(clamping: wait.nanoseconds))
    ) {
      self.timerAt = .distantFuture
      self.offer(.timePassed)
    }
  }

  private static func words(_ membership: Membership) -> String {
    let list = { (nodes: [NodeID]) in nodes.map { "\($0.number)" }.joined(separator: ", ") }
    var words = "voters \(list(membership.voters))"
    if let outgoing = membership.outgoing { words += ", together with \(list(outgoing))" }
    let learners = membership.learners
    return learners.isEmpty ? words : words + "; learners \(list(learners))"
  }

  private func tell(_ event: ReplicaEvent) {
    switch event {
    case .leading(let term): log.notice("leads term \(term.number)")
    case .following(let leader, let term):
      log.notice("follows node \(leader.number) in term \(term.number)")
    case .campaigning(let term): log.notice("stands for election in term \(term.number)")
    case .leaderless(let term): log.info("knows no leader in term \(term.number)")
    case .wroteSnapshot(let position, let bytes):
      log.info("wrote a snapshot of \(bytes) bytes at index \(position.index.number)")
    case .installedSnapshot(let position):
      log.notice("continues from the leader's snapshot at index \(position.index.number)")
    case .restoredEntries(let position, let count):
      log.notice(
        "wrote \(count) entries from index \(position.index.number) on anew: their record rotted")
    case .mendingSnapshot(let position):
      log.warning(
        "the snapshot at index \(position.index.number) is damaged; mends it from other nodes")
    case .mendedSnapshot(let position, let pieces):
      log.notice(
        "mended the snapshot at index \(position.index.number) with \(pieces) pieces of others")
    case .refusedSnapshot(let position, let reason):
      log.error("refuses the snapshot at index \(position.index.number): \(reason)")
    case .changedMembership(let membership):
      log.notice("the cluster has now: \(Self.words(membership))")
      let isMember = membership.members[replica.settings.id] != nil
      if wasMember, !isMember {
        log.notice("was removed from the cluster: takes no part any more, and may be stopped")
      }
      wasMember = isMember
    case .quarantined(let quarantine):
      log.error(
        """
        the state differs from what a quorum has at index \(quarantine.agreed.index.number): \
        nothing is read from it any more; waits for another node's
        """)
    }
  }
}
