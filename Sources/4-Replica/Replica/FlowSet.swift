internal import Determinism
internal import NetworkTypes
internal import PeerProtocol

/// Connections, in order, and not more than are kept.
struct FlowSet: Sendable {
  private var members = SortedMap<Flow, Void>()

  var all: [Flow] { members.keys }
  var count: Int { members.count }

  /// - Returns: false when it is there already, or there is no room.
  @discardableResult
  mutating func insert(_ flow: Flow) -> Bool {
    guard count < PeerProtocol.Limits.flowsKept, members[flow] == nil else { return false }
    members[flow] = ()
    return true
  }

  /// - Returns: false when it is not there.
  @discardableResult
  mutating func remove(_ flow: Flow) -> Bool { members.remove(flow) != nil }
}
