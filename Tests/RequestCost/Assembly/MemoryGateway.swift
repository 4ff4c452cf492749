import ClientProtocol
import HTTPAPI
import RaftTypes
import Replica

/// Between the HTTP interface and the replica: remembers who asked, as the gateway of `kvnode`
/// does.
final class MemoryGateway: RequestPort {
  private struct Asker {
    let receiver: any ReplyReceiver
    let tag: UInt64
  }

  weak var node: MemoryNode?
  private var askers: [Asker?] = []
  private var free: [Int] = []

  func submit(_ call: ClientCall, from receiver: any ReplyReceiver, tag: UInt64) {
    guard let node else { return }
    let place: Int
    if let reused = free.popLast() {
      place = reused
      askers[place] = Asker(receiver: receiver, tag: tag)
    } else {
      place = askers.count
      askers.append(Asker(receiver: receiver, tag: tag))
    }
    node.offer(.call(call, tag: UInt64(place)))
  }

  func answer(_ reply: ClientReply, tag: UInt64) {
    let place = Int(tag)
    guard askers.indices.contains(place), let asker = askers[place] else {
      preconditionFailure("MemoryGateway: an answer to \(tag), which nobody asked")
    }
    askers[place] = nil
    free.append(place)
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
