import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import HTTPAPI

@Suite("/v1/cluster/members")
struct MemberRoutesTests {
  private static func member(_ id: UInt64, _ prospect: Prospect = .none) -> Member {
    Member(
      id: NodeID(id), incarnation: DiskIncarnation(0x1f0 + id), peerAddress: "10.0.0.\(id):7380",
      clientAddress: "10.0.0.\(id):7379", prospect: prospect)
  }

  /// What the node is asked for by a request, or the refusal.
  private func ask(
    _ method: String, _ path: String, _ body: String = ""
  ) throws -> (change: MembershipChange?, Response?) {
    let talk = try Conversation()
    try talk.request(method, path, body: Array(body.utf8))
    guard case .changeMembership(let change)? = talk.node.asked.first?.call.request else {
      return (nil, try talk.response())
    }
    return (change, nil)
  }

  @Test("the document shows every member's standing, disk and lag")
  func document() throws {
    let members = [
      Self.member(1), Self.member(2, .leaving), Self.member(3),
      Self.member(4, .trial(replacing: NodeID(2))),
    ]
    let membership = Membership(
      members: SortedMap(members.map { ($0.id, $0) }), voters: [NodeID(1), NodeID(3)],
      outgoing: [NodeID(1), NodeID(2), NodeID(3)])
    let view = MembershipView(
      membership: membership, index: LogIndex(90), isCommitted: true, leader: NodeID(1),
      last: LogIndex(100),
      matches: SortedMap([(NodeID(1), LogIndex(100)), (NodeID(4), LogIndex(60))]))
    let talk = try Conversation()
    try talk.request("GET", "/v1/cluster/members")
    #expect(talk.node.asked.first?.call.request == .membership)
    talk.node.reply(.membership(view))
    let expected = #"""
      {"members":[{"id":1,"standing":"voter","peer":"10.0.0.1:7380","client":"10.0.0.1:7379",\#
      "disk":"d1f1","match_index":100,"lag":0},\#
      {"id":2,"standing":"leaving","peer":"10.0.0.2:7380","client":"10.0.0.2:7379",\#
      "disk":"d1f2"},{"id":3,"standing":"voter","peer":"10.0.0.3:7380",\#
      "client":"10.0.0.3:7379","disk":"d1f3"},{"id":4,"standing":"joining",\#
      "peer":"10.0.0.4:7380","client":"10.0.0.4:7379","disk":"d1f4","match_index":60,"lag":40,\#
      "replaces":2}],"joint":true,"committed":true,"index":90,"last_index":100,"leader":1}
      """#
    #expect(try talk.response().text == expected)
  }

  @Test("each route asks for its change")
  func changes() throws {
    let body =
      #"{"id":4,"peer":"10.0.0.4:7380","client":"10.0.0.4:7379","disk":"d1f4""#
    let four = Self.member(4)
    let path = "/v1/cluster/members"
    #expect(try ask("POST", path, body + "}").change == .add(four))
    #expect(try ask("POST", path, body + #","learner":true}"#).change == .addLearner(four))
    #expect(
      try ask("POST", path, body + #","replace":2}"#).change == .replace(NodeID(2), with: four))
    #expect(try ask("POST", path + "/7/promote").change == .promote(NodeID(7)))
    #expect(try ask("POST", path + "/7/demote").change == .demote(NodeID(7)))
    #expect(try ask("DELETE", path + "/7").change == .remove(NodeID(7)))
  }

  static let bad: [(body: String, word: String)] = [
    ("", "cannot be read"), ("[]", "cannot be read"), (#"{"ID":4}"#, "cannot be read"),
    (#"{"id":0}"#, "id must be"), (#"{"id":4}"#, "disk must be"),
    (#"{"id":4,"disk":"1f4"}"#, "disk must be"), (#"{"id":4,"disk":"d"}"#, "disk must be"),
    (#"{"id":4,"disk":"d1F4"}"#, "disk must be"), (#"{"id":4,"disk":"d1f4"}"#, "peer must be"),
    (#"{"id":4,"disk":"d1f4","peer":"host"}"#, "peer must be"),
    (#"{"id":4,"disk":"d1f4","peer":"host:0"}"#, "peer must be"),
    (#"{"id":4,"disk":"d1f4","peer":"::1:7380"}"#, "peer must be"),
    (#"{"id":4,"disk":"d1f4","peer":"a b:7380"}"#, "peer must be"),
    (#"{"id":4,"disk":"d1f4","peer":"0.0.0.0:7380"}"#, "can dial"),
    (#"{"id":4,"disk":"d1f4","peer":"[::1]:7380","client":"x:99999"}"#, "client must be"),
    (
      #"{"id":4,"disk":"d1f4","peer":"h:1","client":"h:2","learner":true,"replace":2}"#,
      "learner or replace"
    ),
    (#"{"id":4,"disk":"d1f4","peer":"h:1","client":"h:2","replace":4}"#, "own id"),
  ]

  @Test("a body that names no member is refused, and says what is wrong", arguments: bad)
  func refused(body: String, word: String) throws {
    let (change, response) = try ask("POST", "/v1/cluster/members", body)
    #expect(change == nil)
    #expect(response?.status == 400)
    #expect(response?.text.contains(word) == true, "\(response?.text ?? "")")
    #expect(response?.text.contains("not_applied") == true)
  }

  @Test("a body longer than the limit is refused before it is read")
  func tooLong() throws {
    let talk = try Conversation()
    try talk.send(
      "POST /v1/cluster/members HTTP/1.1\r\nHost: q\r\nContent-Length: 99999999\r\n\r\n")
    #expect(try talk.response().status == 413)
  }

  @Test("a member's path holds one id, and nothing but")
  func paths() throws {
    let path = "/v1/cluster/members"
    #expect(try ask("DELETE", path + "/x").1?.status == 400)
    #expect(try ask("DELETE", path + "/0").1?.status == 400)
    for wrong in ["/", "/1/", "//promote", "/1/2/promote", "/1/grow"] {
      #expect(try ask("POST", path + wrong).1?.status == 404, "\(wrong)")
    }
    let wrongMethod = try ask("PUT", path + "/1").1
    #expect(wrongMethod?.status == 405)
    #expect(wrongMethod?.headers["allow"] == "DELETE, OPTIONS")
  }

  @Test("a node on an empty disk says so, and what its disk is called")
  func empty() throws {
    let node = FakeNode()
    node.cluster = nil
    let talk = try Conversation(node)
    try talk.request("GET", "/v1/status")
    let response = try talk.response()
    #expect(response.member("disk") == "d1f2e")
    #expect(response.member("cluster") == "null")
    #expect(response.member("empty") == "true")
  }
}
