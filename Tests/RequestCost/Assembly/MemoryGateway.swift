import ClientProtocol
import HTTPAPI
import RaftTypes
import Replica

/// Between the HTTP interface and the replica: remembers who asked, as the gateway of `kvnode`
/// does.
final class MemoryGateway: RequestPort {
  weak var node: MemoryNode?
  private var askers = AskerTable()

  func submit(_ call: ClientCall, from receiver: any ReplyReceiver, tag: UInt64) {
    node?.offer(.call(call, tag: askers.admit(receiver, tag: tag)))
  }

  func answer(_ reply: ClientReply, tag: UInt64) {
    let asker = askers.take(tag)
    asker.receiver.deliver(reply, tag: asker.tag)
  }

  var stamp: ReplyStamp {
    node?.replica.ownStamp
      ?? ReplyStamp(node: NodeID(0), term: .zero, index: .zero, revision: Revision(0))
  }

  var condition: NodeCondition {
    guard let replica = node?.replica else {
      preconditionFailure("MemoryGateway: asked before the node was built")
    }
    return NodeCondition(
      isAlive: true, disk: replica.settings.incarnation, cluster: replica.settings.cluster,
      status: replica.ownStatus, leader: replica.leaderHint, checks: [])
  }

  // Nobody asks for these here.
  func read(_ wish: SnapshotWish, for taker: any SnapshotTaker) { taker.take(nil) }
  func writeMetrics(to page: inout MetricsPage) {}
}
