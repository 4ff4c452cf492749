import ClientProtocol
import HTTPAPI
import RaftTypes

/// For a server that is asked nothing.
final class NobodyPort: RequestPort {
  var stamp: ReplyStamp {
    ReplyStamp(node: NodeID(1), term: .zero, index: .zero, revision: Revision(0))
  }

  var condition: NodeCondition { preconditionFailure("NobodyPort: asked for its condition") }

  func submit(_ call: ClientCall, from receiver: any ReplyReceiver, tag: UInt64) {}
  func read(_ wish: SnapshotWish, for taker: any SnapshotTaker) { taker.take(nil) }
  func writeMetrics(to page: inout MetricsPage) {}
}
