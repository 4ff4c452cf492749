import BinaryCodec
import ClientProtocol
import RaftTypes
import Testing

@testable import HTTPAPI

@Suite("/v1/kv/{key}")
struct KeyRoutesTests {
  @Test("a put carries the body's bytes under the decoded key, and is answered with its revision")
  func put() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a%2Fb%00%ff/c", body: [0, 255, 10])
    let put = Put(key: [0x61, 0x2f, 0x62, 0, 0xff, 0x2f, 0x63], value: [0, 255, 10])
    #expect(talk.node.command == Command(.put(put)))
    #expect(try talk.writes().isEmpty)
    talk.node.reply(.put(41))
    let response = try talk.response()
    #expect(response.status == 200)
    #expect(response.text == #"{"revision":41}"#)
    #expect(response.headers["etag"] == "\"41\"")
  }

  @Test("every reply says where the node stands")
  func stamp() throws {
    let talk = try Conversation()
    talk.node.answer = .put(41)
    try talk.request("PUT", "/v1/kv/a", body: [1])
    try talk.request("GET", "/nowhere")
    for response in try talk.responses() {
      #expect(response.headers["x-raft-term"] == "7")
      #expect(response.headers["x-raft-index"] == "41")
      #expect(response.headers["x-revision"] == "40")
      #expect(response.headers["x-node"] == "3")
      #expect(response.headers["date"]?.hasSuffix(" GMT") == true)
    }
  }

  @Test("an empty body puts an empty value")
  func emptyValue() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", "Content-Length: 0")
    #expect(talk.node.command == Command(.put(Put(key: [0x61], value: []))))
  }

  @Test("a body in chunks is one value")
  func chunks() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", "Transfer-Encoding: chunked")
    for part in ["3\r\nabc\r\n", "2\r\nde", "\r\n0\r\n\r\n"] { try talk.send(part) }
    #expect(talk.node.command == Command(.put(Put(key: [0x61], value: Bytes("abcde".utf8)))))
  }

  @Test("a put may name a lease and ask for the value before")
  func putParameters() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a?lease=12&prev=true&timeout_ms=250", body: [1])
    let put = Put(key: [0x61], value: [1], lease: LeaseID(12), wantsPrevious: true)
    #expect(talk.node.command == Command(.put(put)))
    #expect(talk.node.asked[0].call.timeoutMilliseconds == 250)
    talk.node.reply(.put(41, previous: .example("a")))
    #expect(try talk.response().member("previous", "mod_revision") == "9")
  }

  @Test(
    "If-Match and If-None-Match make a put a transaction",
    arguments: [
      ("If-Match: 9", Comparison.Relation.equal, Comparison.Target.modRevision(Revision(9))),
      ("If-Match: \"9\"", .equal, .modRevision(Revision(9))),
      ("if-match: *", .notEqual, .version(0)),
      ("If-None-Match: *", .equal, .version(0)),
    ])
  func conditions(
    _ header: String, _ relation: Comparison.Relation, _ target: Comparison.Target
  ) throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", header, body: [1])
    let condition = Comparison(range: .key([0x61]), relation: relation, target: target)
    let expected = Transaction(
      compare: [condition], success: [.put(Put(key: [0x61], value: [1]))],
      failure: [.range(RangeQuery(range: .key([0x61])))])
    #expect(talk.node.command == Command(.transaction(expected)))
  }

  @Test("a condition that holds is answered as a put, one that fails with 412 and the key as it is")
  func conditionOutcomes() throws {
    let talk = try Conversation()
    for _ in 0..<2 { try talk.request("PUT", "/v1/kv/a", "If-Match: 9", body: [1]) }
    talk.node.reply(
      .written(
        CommandResult(
          revision: Revision(41),
          outcome: .transaction(
            TransactionResult(succeeded: true, steps: [.put(previous: nil)])))))
    let page = RangeResult(
      items: [.example("a")], count: 1, more: false, readRevision: Revision(41))
    talk.node.reply(
      .written(
        CommandResult(
          revision: Revision(41),
          outcome: .transaction(TransactionResult(succeeded: false, steps: [.range(page)])))))
    let responses = try talk.responses()
    #expect(responses[0].text == #"{"revision":41}"#)
    #expect(responses[1].status == 412)
    #expect(responses[1].member("error", "code") == "compare_failed")
    #expect(responses[1].member("error", "outcome") == "not_applied")
    #expect(responses[1].member("current", "mod_revision") == "9")
  }

  @Test("a get shows the key, its revisions and its lease")
  func get() throws {
    let talk = try Conversation()
    try talk.request("GET", "/v1/kv/a", "X-Min-Index: 77")
    #expect(talk.node.query == RangeQuery(range: .key([0x61])))
    #expect(talk.node.asked[0].call.minIndex == LogIndex(77))
    talk.node.reply(.found([.example("a")]))
    let response = try talk.response()
    #expect(
      response.text
        == #"{"key":"a","value":"v","create_revision":5,"mod_revision":9,"version":2,"lease":0}"#)
    #expect(response.headers["etag"] == "\"9\"")
    #expect(response.headers["content-type"] == "application/json")
  }

  @Test("a value that is no text comes in Base64, or raw when asked for")
  func binaryValue() throws {
    let talk = try Conversation()
    talk.node.answer = .found([.example("a", [0xff, 0])])
    try talk.request("GET", "/v1/kv/a")
    try talk.request("GET", "/v1/kv/a?raw")
    try talk.request("GET", "/v1/kv/a", "Accept: application/octet-stream")
    let responses = try talk.responses()
    #expect(responses[0].member("value_b64") == "/wA=")
    for raw in responses[1...] {
      #expect(raw.body == [0xff, 0])
      #expect(raw.headers["content-type"] == "application/octet-stream")
    }
  }

  @Test("a get may read the past, and as fresh as it needs")
  func getParameters() throws {
    let talk = try Conversation()
    try talk.request("GET", "/v1/kv/a?revision=30&consistency=stale")
    let query = RangeQuery(range: .key([0x61]), revision: Revision(30))
    #expect(talk.node.asked[0].call.request == .read(query, .stale))
  }

  @Test("a key that does not exist is 404")
  func missing() throws {
    let talk = try Conversation()
    talk.node.answer = .found([])
    try talk.request("GET", "/v1/kv/a")
    let response = try talk.response()
    #expect(response.status == 404)
    #expect(response.member("error", "code") == "not_found")
  }

  @Test("HEAD tells the length and sends no body")
  func head() throws {
    let talk = try Conversation()
    talk.node.answer = .found([.example("a")])
    try talk.request("HEAD", "/v1/kv/a?raw")
    let response = try talk.response(toHead: true)
    #expect(response.status == 200)
    #expect(response.headers["content-length"] == "1")
  }

  @Test("a delete says how many keys it deleted")
  func delete() throws {
    let talk = try Conversation()
    try talk.request("DELETE", "/v1/kv/a?prev")
    let delete = Delete(range: .key([0x61]), wantsPrevious: true)
    #expect(talk.node.command == Command(.delete(delete)))
    talk.node.reply(
      .written(
        CommandResult(
          revision: Revision(41), outcome: .deleted(count: 1, previous: [.example("a")]))))
    let response = try talk.response()
    #expect(response.text.hasPrefix(#"{"deleted":1,"revision":41,"previous":[{"key":"a","#))
  }

  @Test("a key as long as the limit is taken, one byte more is refused with the limit's name")
  func keyLimit() throws {
    let talk = try Conversation()
    talk.node.answer = .found([])
    let longest = String(repeating: "%41", count: talk.server.limits.keyBytes)
    try talk.request("GET", "/v1/kv/" + longest)
    #expect(try talk.response().member("error", "code") == "not_found")
    try talk.request("GET", "/v1/kv/" + longest + "A")
    let response = try talk.response()
    #expect(response.status == 413)
    #expect(response.text.contains("key_bytes"))
  }

  @Test("errors carry their code, outcome and the leader", arguments: ClientError.Code.allCases)
  func errors(_ code: ClientError.Code) throws {
    let talk = try Conversation()
    let leader = LeaderHint(id: NodeID(2), client: "127.0.0.1:7382")
    talk.node.answer = .failed(code, outcome: .unknown, leader: leader)
    try talk.request("PUT", "/v1/kv/a", body: [1])
    let response = try talk.response()
    #expect(response.status == ErrorMapping.status(of: code))
    #expect(response.status >= 400)
    #expect(response.member("error", "code") == code.rawValue)
    #expect(response.member("error", "outcome") == "unknown")
    #expect(response.member("error", "retryable") == "true")
    #expect(response.member("error", "leader", "client") == "127.0.0.1:7382")
    #expect((response.headers["retry-after"] != nil) == [429, 503].contains(response.status))
  }
}
