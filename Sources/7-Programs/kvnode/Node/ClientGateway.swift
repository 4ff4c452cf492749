import ClientProtocol
import Determinism
import HTTPAPI
import KeyValueStore
import NIOCore
import NodeRuntime
import PeerSockets
import PosixStorage
import RaftCore
import RaftTypes
import Replica

/// Between the HTTP interface and the replica loop: remembers who asked. On their event loop.
final class ClientGateway: RequestPort {
  weak var replica: ReplicaLoop<PosixFileSystem, PeerHub>?
  /// How the node would hold the cluster's address.
  var address: (any NodeAddress)?
  /// Reads snapshot files for those who download them.
  var snapshots: SnapshotWorkers<PosixFileSystem>?
  private var askers = AskerTable()

  func submit(_ call: ClientCall, from receiver: any ReplyReceiver, tag: UInt64) {
    replica?.offer(.call(call, tag: askers.admit(receiver, tag: tag)))
  }

  func answer(_ reply: ClientReply, tag: UInt64) {
    let asker = askers.take(tag)
    asker.receiver.deliver(reply, tag: asker.tag)
  }

  func read(_ wish: SnapshotWish, for taker: any SnapshotTaker) {
    guard let snapshots, let loop = replica?.eventLoop,
      let position = wish.position ?? replica?.replica.core.snapshot?.position
    else { return taker.take(nil) }
    let waiting = NIOLoopBound(taker, eventLoop: loop)
    snapshots.read(position, at: wish.offset, wish.count) { piece in
      loop.execute {
        waiting.value.take(
          piece.map { SnapshotPiece(position: position, size: $0.size, bytes: $0.bytes[...]) })
      }
    }
  }

  var stamp: ReplyStamp {
    replica?.replica.ownStamp
      ?? ReplyStamp(node: NodeID(0), term: .zero, index: .zero, revision: Revision(0))
  }

  var condition: NodeCondition {
    guard let replica = replica?.replica else {
      preconditionFailure("ClientGateway: asked before the node was built")
    }
    let status = replica.ownStatus
    let hasLeader = replica.core.leader != nil
    let lag = status.commitIndex.distance(from: status.appliedIndex)
    return NodeCondition(
      isAlive: true, disk: replica.settings.incarnation, cluster: replica.settings.cluster,
      status: status, leader: replica.leaderHint,
      checks: [
        membership(of: replica),
        .init(
          name: "leader", isPassed: hasLeader,
          detail: hasLeader ? "" : "no leader is known: is a majority of the voters running?"),
        .init(
          name: "caught_up", isPassed: lag == 0,
          detail: lag == 0 ? "" : "\(lag) committed entries are not applied yet"),
        .init(
          name: "disk", isPassed: !replica.isDiskFull,
          detail: replica.isDiskFull ? "the disk is full: free space" : ""),
      ])
  }

  private func membership(of replica: Replica) -> NodeCondition.Check {
    guard let membership = replica.core.membership else {
      return .init(
        name: "member", isPassed: false,
        detail: "this disk is new and waits for the leader to fill it. " + WaitingPort.remedy)
    }
    let isMember = membership.members[replica.settings.id] != nil
    return .init(
      name: "member", isPassed: isMember,
      detail: isMember ? "" : "this node is no member of the cluster (any more): stop it")
  }

  var addressReport: AddressReport { address?.report ?? AddressReport() }

  var addressLedger: AddressLedger { replica?.replica.store.addresses ?? AddressLedger() }

  func announceAddress() { address?.announce() }

  func writeMetrics(to page: inout MetricsPage) {
    Heap.write(to: &page)
    replica?.turnTimes.write(to: &page)
    guard let replica = replica?.replica else { return }
    let status = replica.ownStatus
    page.gauge("quoin_raft_term", "Current term.", Double(status.term.number))
    page.gauge("quoin_raft_is_leader", "1 on the leader.", replica.core.isLeader ? 1 : 0)
    page.gauge(
      "quoin_raft_has_leader", "1 when a leader is known.", replica.core.leader == nil ? 0 : 1)
    page.gauge("quoin_raft_last_index", "End of the log.", Double(status.lastIndex.number))
    page.gauge("quoin_raft_commit_index", "Committed entries.", Double(status.commitIndex.number))
    page.gauge("quoin_raft_applied_index", "Applied entries.", Double(status.appliedIndex.number))
    page.gauge(
      "quoin_raft_snapshot_index", "Newest snapshot.", Double(status.snapshotIndex.number))
    page.counter(
      "quoin_lease_reads_total", "Reads answered from a lease, without a round.",
      replica.leaseReads)
    page.counter(
      "quoin_recalled_entries_total", "Entries read back from the log's files.",
      replica.recalledEntries)
    page.gauge("quoin_store_revision", "Revision of the store.", Double(status.revision.number))
    page.gauge("quoin_store_keys", "Keys that exist.", Double(status.keys))
    page.gauge(
      "quoin_store_history_records", "Old versions and tombstones that can be read.",
      Double(replica.store.statistics.historyRecords))
    page.gauge(
      "quoin_store_held_versions", "Versions dropped that somebody may still be reading.",
      Double(replica.store.heldVersions))
    page.gauge("quoin_disk_log_bytes", "Bytes of log segments in use.", Double(status.diskBytes))
    page.gauge("quoin_disk_full", "1 while the disk refuses writes.", replica.isDiskFull ? 1 : 0)
    page.gauge(
      "quoin_vip_held", "1 while this node holds the virtual IP.", replica.holdsAddress ? 1 : 0)
    addressReport.write(to: &page)
  }
}
