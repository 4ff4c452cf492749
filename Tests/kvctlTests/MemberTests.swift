import ClientProtocol
import RaftTypes
import Testing

@testable import KeyValueClient
@testable import kvctl

@Suite("kvctl member")
struct MemberTests {
  private func membership(
    _ standings: [UInt64: Standing], joint: Bool = false, committed: Bool = true,
    leader: UInt64? = 1
  ) -> MembershipAnswer {
    let members = standings.sorted { $0.key < $1.key }.map { id, standing in
      MembershipAnswer.Member(
        id: NodeID(id), standing: standing, peerAddress: "p\(id):1", clientAddress: "c\(id):1",
        disk: DiskIncarnation(id), lag: standing == .joining ? 1234 : 0,
        replaces: standing == .joining ? NodeID(2) : nil)
    }
    return MembershipAnswer(
      members: members, isJoint: joint, isCommitted: committed,
      leader: leader.map { NodeID($0) })
  }

  @Test("a new member has arrived when it is a voter and nothing is half done")
  func arrival() {
    let arrival = MemberArrival(node: NodeID(4), goal: .voter)
    #expect(arrival.judge(membership([1: .voter, 4: .joining])) == .underWay(lag: 1234))
    #expect(arrival.judge(membership([1: .voter, 4: .voter])) == .arrived)
    #expect(arrival.judge(membership([1: .voter, 4: .voter], joint: true)) == .underWay(lag: 0))
    #expect(
      arrival.judge(membership([1: .voter, 4: .voter], committed: false)) == .underWay(lag: 0))
  }

  @Test("a new member has left only when a leader says so")
  func departure() {
    let arrival = MemberArrival(node: NodeID(4), goal: .voter)
    #expect(arrival.judge(membership([1: .voter])) == .left)
    #expect(arrival.judge(membership([1: .voter], leader: nil)) == .underWay(lag: nil))
    let removal = MemberArrival(node: NodeID(4), goal: .stranger)
    #expect(removal.judge(membership([1: .voter])) == .arrived)
    #expect(removal.judge(membership([1: .voter, 4: .voter])) == .underWay(lag: 0))
  }

  @Test("only the node that is meant is added, on a disk that may be")
  func admission() {
    let cluster = ClusterID(7, epoch: 2)
    func refusal(_ id: UInt64, _ own: ClusterID?) -> String? {
      Admission.refusal(
        NodeAnswer(
          id: NodeID(id), disk: DiskIncarnation(1), cluster: own, peerAddress: "p:1"),
        wanted: NodeID(4), in: cluster)
    }
    #expect(refusal(4, nil) == nil)
    #expect(refusal(4, cluster) == nil)
    #expect(refusal(5, nil)?.contains("node 5 answers there") == true)
    #expect(refusal(4, ClusterID(8, epoch: 1))?.contains("another cluster") == true)
    #expect(refusal(4, ClusterID(7, epoch: 1))?.contains("before a recovery") == true)
  }

  @Test("the table shows standings, whom a new member replaces, and what is under way")
  func table() {
    let shown = MemberReport(
      membership: membership([1: .voter, 2: .voter, 4: .joining], joint: true), document: []
    ).lines
    #expect(shown[1].contains("voter, leads"))
    #expect(shown[3].contains("joining for n2") && shown[3].hasSuffix("1,234"))
    #expect(shown.last == "a change is under way")
  }
}
