internal import Determinism
internal import RaftTypes

/// The birth of a small cluster: nodes 1 to n, all of them voters.
enum Founding {
  static func ids(_ count: Int) -> [NodeID] { (1...UInt64(count)).map { NodeID($0) } }

  static func incarnation(of id: NodeID) -> DiskIncarnation { DiskIncarnation(id.number * 100) }

  static func genesis(_ count: Int) -> Entry {
    let members = ids(count).map {
      Member(id: $0, incarnation: incarnation(of: $0), peerAddress: "", clientAddress: "")
    }
    return Entry(
      position: LogPosition(term: .zero, index: LogIndex(1)), logTime: .zero,
      payload: .genesis(ClusterID(1, epoch: 1), Membership(voters: members)))
  }
}
