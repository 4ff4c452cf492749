import ClientProtocol
import KeyValueClient
import RaftTypes
import Testing

@testable import kvctl

private func node(
  _ id: UInt64, reachable: Bool = true, applied: UInt64 = 10, hash: UInt64 = 1,
  role: NodeStatus.Role = .follower
) -> NodeStatus {
  NodeStatus(
    id: NodeID(id), pid: 100 + UInt32(id), clientAddress: "127.0.0.1:738\(id)",
    peerAddress: "127.0.0.1:739\(id)", role: role, term: Term(3), lastIndex: LogIndex(applied),
    commitIndex: LogIndex(applied), appliedIndex: LogIndex(applied), snapshotIndex: .zero,
    stateHash: hash, revision: Revision(9), keys: 4, diskBytes: 1 << 20, reachable: reachable)
}

private func answer(
  _ port: UInt16, term: UInt64, leader: UInt64?, _ nodes: [NodeStatus], document: String = "{}"
) -> ClusterView.Answer {
  ClusterView.Answer(
    endpoint: Endpoint(host: "127.0.0.1", port: port),
    status: ClusterStatus(
      cluster: ClusterID(1, epoch: 1), term: Term(term), leader: leader.map { NodeID($0) },
      revision: Revision(9), vip: nil, nodes: nodes, canLose: 1),
    document: Array(document.utf8))
}

@Suite("kvctl status")
struct StatusTests {
  @Test("one answer is shown as the server wrote it")
  func verbatim() {
    let one = answer(7381, term: 3, leader: 1, [node(1), node(2)], document: "as it came")
    #expect(ClusterView([one])?.document == Array("as it came".utf8))
    #expect(ClusterView([]) == nil)
  }

  @Test("the newest term that knows a leader is believed")
  func newest() {
    let old = answer(7381, term: 3, leader: 1, [node(1)])
    let new = answer(7382, term: 4, leader: 2, [node(2)])
    let lost = answer(7383, term: 9, leader: nil, [node(3)])
    #expect(ClusterView([old, new, lost])?.status.leader == NodeID(2))
    #expect(ClusterView([lost, old])?.status.leader == NodeID(1))
  }

  @Test("a node that the leader cannot reach, but we can, speaks for itself")
  func merging() {
    let leader = answer(7381, term: 3, leader: 1, [node(1), node(2, reachable: false, applied: 0)])
    let lonely = answer(
      7382, term: 3, leader: nil, [node(1, reachable: false), node(2, applied: 7)])
    let view = ClusterView([leader, lonely])
    #expect(view?.status.nodes[1] == node(2, applied: 7))
    #expect(view?.document == leader.document)
  }

  @Test("the screen names the reserve, the leader and the lag")
  func screen() {
    let status = answer(
      7381, term: 3, leader: 1, [node(1, role: .leader), node(2, applied: 4), node(3)]
    )
    .status
    let text = StatusScreen(status: status).lines.joined(separator: "\n")
    #expect(text.contains("can lose 1 more"))
    #expect(text.contains("3 of 3 voters reachable, 2 needed"))
    #expect(text.contains("n1 at 127.0.0.1:7381"))
    let row = text.split(separator: "\n").first { $0.hasPrefix("n2") }
    #expect(row?.split(separator: " ").contains("6") == true)
  }

  @Test("states that differ at one index are pointed out")
  func difference() {
    let status = answer(7381, term: 3, leader: 1, [node(1, hash: 1), node(2, hash: 2)]).status
    #expect(StatusScreen(status: status).lines.contains { $0.contains("n1 and n2 differ") })
  }

  @Test("without a quorum the screen says so first")
  func noQuorum() {
    let nodes = [node(1), node(2, reachable: false), node(3, reachable: false)]
    let status = answer(7381, term: 3, leader: nil, nodes).status
    #expect(StatusScreen(status: status).lines[0].hasPrefix("no quorum"))
  }
}
