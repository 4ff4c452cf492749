import ClientProtocol
import RaftTypes
import Testing

@testable import HTTPAPI

@Suite("/v1/cluster, /v1/status and the probes")
struct ClusterRoutesTests {
  private let status = ClusterStatus(
    cluster: ClusterID(0xbeef, epoch: 1), term: Term(7), leader: NodeID(1),
    revision: Revision(40),
    vip: VirtualAddressStatus(address: "127.0.0.100:7379", holder: NodeID(1)),
    nodes: [.example(1, role: .leader), .example(2, role: .follower)], canLose: 1)

  private func get(_ path: String, _ node: FakeNode = FakeNode()) throws -> Response {
    let talk = try Conversation(node)
    node.answer = .status(status)
    try talk.request("GET", path)
    return try talk.response()
  }

  @Test("the cluster's document has the members that scripts rely on")
  func cluster() throws {
    let response = try get("/v1/cluster")
    let expected = #"""
      {"cluster":"beef.1","term":7,"leader":1,"revision":40,\#
      "vip":{"address":"127.0.0.100:7379","holder":1},"can_lose":1,"nodes":[\#
      {"id":1,"pid":1001,"client":"127.0.0.1:7381","peer":"127.0.0.1:7391","role":"leader",\#
      "standing":"voter","term":7,"last_index":45,"commit_index":44,"applied_index":41,\#
      "snapshot_index":20,\#
      "state_hash":"0000000000000abc","revision":40,"keys":12,"disk_bytes":67108864,\#
      "reachable":true},{"id":2,
      """#
    #expect(response.text.hasPrefix(expected))
  }

  @Test("what is not known is null")
  func unknowns() throws {
    let node = FakeNode()
    let talk = try Conversation(node)
    var status = status
    status.leader = nil
    status.vip = nil
    node.answer = .status(status)
    try talk.request("GET", "/v1/cluster")
    let response = try talk.response()
    #expect(response.member("leader") == "null")
    #expect(response.member("vip") == "null")
  }

  @Test("leader and health are parts of it")
  func parts() throws {
    #expect(
      try get("/v1/cluster/leader").text == #"{"leader":1,"client":"127.0.0.1:7381","term":7}"#)
    #expect(
      try get("/v1/cluster/health").text
        == #"{"healthy":true,"leader":1,"nodes":2,"reachable":2,"can_lose":1}"#)
  }

  @Test("the limits are those that are enforced")
  func limits() throws {
    let response = try get("/v1/cluster/limits")
    #expect(response.member("key_bytes") == "4096")
    #expect(response.member("value_bytes") == "1048576")
    #expect(response.member("transaction_operations") == "128")
  }

  @Test("this node's status is told without asking the cluster")
  func nodeStatus() throws {
    let node = FakeNode()
    let talk = try Conversation(node)
    try talk.request("GET", "/v1/status")
    let response = try talk.response()
    #expect(response.member("lag") == "3")
    #expect(response.member("node", "role") == "follower")
    #expect(response.member("leader", "id") == "1")
  }

  @Test("how a node stands to the address is told as it is, with null for what is not")
  func address() throws {
    let node = FakeNode()
    #expect(
      try get("/v1/vip", node).text
        == #"{"mode":"none","endpoints":[],"interface":null,"tier":"none","remark":"","#
        + #""hardware":null,"holds":false,"held_term":null,"lease_left_ms":null,"#
        + #""announced_ms_ago":null,"conflicts":0,"last_conflict":null}"#)
    node.addressReport.mode = .interface
    node.addressReport.endpoints = ["10.77.0.100:7379", "[fd77::100]:7379"]
    node.addressReport.tier = .gate
    node.addressReport.heldTerm = Term(7)
    node.addressReport.leaseLeftMilliseconds = 275
    node.addressReport.conflicts = 2
    node.addressReport.lastConflict = .init(hardware: "02:00:00:00:00:09", millisecondsAgo: 31)
    let response = try get("/v1/vip", node)
    #expect(response.member("holds") == "true" && response.member("held_term") == "7")
    #expect(response.member("tier") == "gate" && response.member("lease_left_ms") == "275")
    #expect(response.member("last_conflict", "ms_ago") == "31")
    #expect(response.text.contains(#"["10.77.0.100:7379","[fd77::100]:7379"]"#))
  }

  @Test("an operator's wish to announce the address reaches the node")
  func announce() throws {
    let node = FakeNode()
    let talk = try Conversation(node)
    try talk.request("POST", "/v1/vip/announce")
    #expect(try talk.response().status == 200)
    try talk.request("GET", "/v1/vip/announce")
    #expect(try talk.response().status == 405)
    #expect(node.announcements == 1)
  }

  @Test("a node is ready when all its checks pass, and says which do not")
  func probes() throws {
    let node = FakeNode()
    node.checks = [.init(name: "log", isPassed: true)]
    #expect(try get("/readyz", node).text == "ok\n")
    node.checks.append(.init(name: "leader", isPassed: false, detail: "no leader is known"))
    let response = try get("/readyz?verbose", node)
    #expect(response.status == 503)
    #expect(response.text == "[+] log\n[-] leader: no leader is known\nfailed\n")
    #expect(try get("/livez", node).status == 200)
    node.isAlive = false
    #expect(try get("/livez", node).status == 503)
  }

  @Test("the metrics are the node's and the interface's own")
  func metrics() throws {
    let talk = try Conversation()
    try talk.request("GET", "/v1/nothing")
    try talk.request("PUT", "/v1/kv/a", body: [1])
    talk.node.reply(.put(41))
    _ = try talk.responses()
    try talk.request("GET", "/metrics")
    let response = try talk.response()
    #expect(response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    let lines = response.text.split(separator: "\n")
    #expect(lines.contains("quoin_raft_term 7"))
    #expect(lines.contains("quoin_http_connections 1"))
    #expect(lines.contains(#"quoin_http_responses_total{status="404"} 1"#))
    #expect(lines.contains(#"quoin_http_request_seconds_count{kind="write"} 1"#))
    #expect(lines.contains(#"quoin_http_request_seconds_count{kind="read"} 0"#))
  }

  @Test("unknown paths are 404, wrong methods 405 with Allow, OPTIONS tells what is possible")
  func unknownPaths() throws {
    let talk = try Conversation()
    for path in ["/v1", "/v1/kvx", "/v1/cluster/", "/V1/kv", "//", "/v1/kv?x"] {
      try talk.request("GET", path)
    }
    #expect(try talk.responses().map(\.status) == [404, 404, 404, 404, 404, 400])
    try talk.request("POST", "/v1/kv/a", body: [1])
    try talk.request("PUT", "/v1/kv")
    try talk.request("OPTIONS", "/v1/kv/a")
    try talk.request("OPTIONS", "*")
    try talk.request("OPTIONS", "/nowhere")
    let responses = try talk.responses()
    #expect(responses.map(\.status) == [405, 405, 204, 204, 404])
    #expect(responses[0].headers["allow"] == "PUT, GET, HEAD, DELETE, OPTIONS")
    #expect(responses[1].headers["allow"] == "GET, HEAD, DELETE, OPTIONS")
    #expect(responses[2].headers["allow"] == responses[0].headers["allow"])
    #expect(responses[2].headers["content-length"] == nil)
    #expect(responses[3].headers["allow"]?.contains("POST") == true)
  }

  @Test("every route of the table is reached by its own method and path")
  func table() throws {
    for route in Routes.table {
      let path = "\(route.path)".replacing("{key}", with: "some/key")
      let (found, _) = try Routes.find(route.method, Array(path.utf8)[...])
      #expect(found.endpoint == route.endpoint)
    }
  }
}
