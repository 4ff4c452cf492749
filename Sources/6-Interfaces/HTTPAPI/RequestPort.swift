package import ClientProtocol
package import RaftTypes

/// What the interface needs of the node behind it. Lives on the server's event loop; every call
/// comes from there and returns at once.
package protocol RequestPort: AnyObject {
  /// Takes a request. Exactly one `deliver` follows for it, at any later moment on the event loop
  /// or before this returns; answers may come in any order.
  func submit(_ call: ClientCall, from receiver: any ReplyReceiver, tag: UInt64)
  /// Where the node stands now: the headers of answers that the node itself is not asked for.
  var stamp: ReplyStamp { get }
  /// The node as it knows itself, without asking others.
  var condition: NodeCondition { get }
  /// Reads the next bytes of a snapshot file, elsewhere than on the event loop. Exactly one `take`
  /// follows for it, at any later moment on the event loop or before this returns.
  func read(_ wish: SnapshotWish, for taker: any SnapshotTaker)
  /// How this node stands to the cluster's address.
  var addressReport: AddressReport { get }
  /// Who claimed the cluster's address, by the entries that this node has applied.
  var addressLedger: AddressLedger { get }
  /// Announces the address again on its segment, if this node holds it.
  func announceAddress()
  /// Appends the node's own metrics.
  func writeMetrics(to page: inout MetricsPage)
}

extension RequestPort {
  /// Of a node without one.
  package var addressReport: AddressReport { AddressReport() }
  /// Nobody ever claimed it.
  package var addressLedger: AddressLedger { AddressLedger() }
  /// There is nothing to announce.
  package func announceAddress() {}
}

/// Whoever asked. Held by the port until it was answered; may have lost interest meanwhile.
package protocol ReplyReceiver: AnyObject {
  /// - Parameter tag: as given to `submit`.
  func deliver(_ reply: ClientReply, tag: UInt64)
}

/// What the probes report.
package struct NodeCondition: Hashable, Sendable {
  /// One thing a node must have to be ready.
  package struct Check: Hashable, Sendable {
    /// snake_case, fixed: `log`, `leader`, `caught_up`.
    package let name: String
    package let isPassed: Bool
    /// One sentence for people, empty when there is nothing to say.
    package let detail: String

    package init(name: String, isPassed: Bool, detail: String = "") {
      self.name = name
      self.isPassed = isPassed
      self.detail = detail
    }
  }

  /// Whether going on makes sense; false asks the supervisor for a restart (a poisoned log).
  package let isAlive: Bool
  /// The name of the node's disk; a cluster takes a node in under it.
  package let disk: DiskIncarnation
  /// Nil: the disk is empty.
  package let cluster: ClusterID?
  package let status: NodeStatus
  package let leader: LeaderHint?
  /// Ready when all are passed.
  package let checks: [Check]

  package init(
    isAlive: Bool, disk: DiskIncarnation, cluster: ClusterID?, status: NodeStatus,
    leader: LeaderHint?, checks: [Check]
  ) {
    self.isAlive = isAlive
    self.disk = disk
    self.cluster = cluster
    self.status = status
    self.leader = leader
    self.checks = checks
  }

  package var isReady: Bool { isAlive && checks.allSatisfy(\.isPassed) }
}
