import ClientProtocol
import Glibc
import HTTPAPI
import RaftTypes

/// Answers for a node that has nothing to answer from.
final class WaitingPort: RequestPort {
  static let remedy =
    "This node belongs to no cluster and never founds one by itself. "
    + "A new cluster: `kvctl cluster init`. A new member: `kvctl member add`. A member that lost "
    + "its disk: while a majority of the voters lives, their leader fills this one by itself; when "
    + "a majority was lost, restore the data directories from copies, or see what the remaining "
    + "nodes have with `kvctl recover plan`: what only the lost ones held cannot be invented."

  private let configuration: NodeConfiguration
  private let disk: DiskIncarnation

  init(_ configuration: NodeConfiguration, _ disk: DiskIncarnation) {
    self.configuration = configuration
    self.disk = disk
  }

  func submit(_ call: ClientCall, from receiver: any ReplyReceiver, tag: UInt64) {
    let error = ClientError(.starting, Self.remedy, outcome: .notApplied, retryable: true)
    receiver.deliver(ClientReply(stamp: stamp, body: .failed(error)), tag: tag)
  }

  var stamp: ReplyStamp {
    ReplyStamp(node: configuration.id, term: .zero, index: .zero, revision: Revision(0))
  }

  var condition: NodeCondition {
    let status = NodeStatus(
      id: configuration.id, pid: UInt32(getpid()),
      clientAddress: configuration.client.description,
      peerAddress: configuration.peer.description, role: .unknown, term: .zero,
      lastIndex: .zero, commitIndex: .zero, appliedIndex: .zero, snapshotIndex: .zero,
      stateHash: 0, revision: Revision(0), keys: 0, diskBytes: 0, reachable: true,
      standing: .stranger)
    return NodeCondition(
      isAlive: true, disk: disk, cluster: nil, status: status, leader: nil,
      checks: [.init(name: "member", isPassed: false, detail: Self.remedy)])
  }

  func writeMetrics(to page: inout MetricsPage) {}
}
