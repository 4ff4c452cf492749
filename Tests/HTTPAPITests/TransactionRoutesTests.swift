import BinaryCodec
import ClientProtocol
import RaftTypes
import Testing

@testable import HTTPAPI

@Suite("POST with a document: txn, compact, transfer, snapshot")
struct TransactionRoutesTests {
  private func post(_ path: String, _ body: String) throws -> Conversation {
    let talk = try Conversation()
    try talk.request("POST", path, body: Array(body.utf8))
    return talk
  }

  @Test("a transaction's comparisons and steps arrive as they were written")
  func transaction() throws {
    let talk = try post(
      "/v1/txn",
      """
      {"compare":[{"key":"a","mod_revision":7},{"relation":"<","version":2,"prefix":"p"},
        {"key_b64":"/w==","value_b64":"AA==","relation":"not_equal"}],
       "success":[{"put":{"key":"a","value":"x\\u00e9","lease":3,"prev":true}},
        {"delete":{"start":"b","end":"c","prev":true}},{"txn":{"success":[{"put":{"key":"n"}}]}}],
       "failure":[{"range":{"prefix":"a","limit":3,"keys_only":true,"order":"desc","revision":8}}]}
      """)
    let nested = Transaction(
      compare: [], success: [.put(Put(key: [0x6e], value: []))], failure: [])
    let put = Put(
      key: [0x61], value: Bytes("xé".utf8), lease: LeaseID(3), wantsPrevious: true)
    let delete = Delete(
      range: KeyRange(start: [0x62], end: .before([0x63])), wantsPrevious: true)
    let query = RangeQuery(
      range: .prefix([0x61]), revision: Revision(8), order: .descending, content: .keysOnly,
      limit: 3, maxBytes: 1 << 20)
    let expected = Transaction(
      compare: [
        Comparison(range: .key([0x61]), relation: .equal, target: .modRevision(Revision(7))),
        Comparison(range: .prefix([0x70]), relation: .less, target: .version(2)),
        Comparison(range: .key([0xff]), relation: .notEqual, target: .value([0])),
      ], success: [.put(put), .delete(delete), .transaction(nested)], failure: [.range(query)])
    #expect(talk.node.command == Command(.transaction(expected)))
  }

  @Test("a transaction's result shows each step, nested ones too")
  func result() throws {
    let talk = try post("/v1/txn", #"{"success":[{"put":{"key":"a"}}]}"#)
    let page = RangeResult(
      items: [.example("a")], count: 1, more: false, readRevision: Revision(41))
    let nested = TransactionResult(succeeded: false, steps: [])
    let result = TransactionResult(
      succeeded: true,
      steps: [
        .put(previous: nil), .deleted(count: 2, previous: []), .range(page), .transaction(nested),
      ])
    talk.node.reply(
      .written(CommandResult(revision: Revision(41), outcome: .transaction(result))))
    let text = try talk.response().text
    #expect(
      text.hasPrefix(
        #"{"revision":41,"succeeded":true,"results":[{"put":{}},{"delete":{"deleted":2}},"#))
    #expect(text.contains(#"{"range":{"revision":41,"count":1,"more":false,"items":[{"key":"a""#))
    #expect(text.hasSuffix(#"{"txn":{"succeeded":false,"results":[]}}]}"#))
  }

  @Test(
    "what is no transaction is refused",
    arguments: [
      "", "[]", "{", "{}x", #"{"sucess":[]}"#, #"{"compare":[{"key":"a"}]}"#,
      #"{"compare":[{"version":1}]}"#, #"{"compare":[{"key":"a","version":1,"lease":2}]}"#,
      #"{"compare":[{"key":"a","version":-1}]}"#, #"{"compare":[{"key":"","version":1}]}"#,
      #"{"compare":[{"key":"a","version":1,"relation":"about"}]}"#,
      #"{"success":[{}]}"#, #"{"success":[{"put":{"value":"x"}}]}"#,
      #"{"success":[{"put":{"key":"a"},"delete":{"key":"b"}}]}"#,
      #"{"success":[{"delete":{}}]}"#, #"{"success":[{"put":{"key_b64":"?"}}]}"#,
      #"{"success":[{"range":{"key":"a","limit":0}}]}"#, "{\"success\":[\u{0}]}",
    ])
  func refusals(_ body: String) throws {
    let talk = try post("/v1/txn", body)
    let response = try talk.response()
    #expect(response.status == 400)
    #expect(response.member("error", "code") == "bad_request")
    #expect(talk.node.asked.isEmpty)
  }

  @Test("operations are counted over all levels: the limit is taken, one more is refused")
  func operations() throws {
    let put = #"{"put":{"key":"a"}}"#
    func body(_ count: Int) -> String {
      let steps = Array(repeating: put, count: count - 2).joined(separator: ",")
      return
        #"{"compare":[{"key":"a","version":0}],"success":[{"txn":{"failure":[\#(steps)]}}]}"#
    }
    #expect(try post("/v1/txn", body(128)).node.command != nil)
    let refused = try post("/v1/txn", body(129)).response()
    #expect(refused.status == 413)
    #expect(refused.text.contains("transaction_operations"))
  }

  @Test("a transaction nested without end is refused, not followed")
  func nesting() throws {
    let deep = String(repeating: #"{"success":[{"txn":"#, count: 5000)
    #expect(try post("/v1/txn", deep).response().status == 413)
  }

  @Test("values inside a transaction have the same limit")
  func valueLimit() throws {
    let value = String(repeating: "v", count: (1 << 20) + 1)
    let response = try post("/v1/txn", #"{"success":[{"put":{"key":"a","value":"\#(value)"}}]}"#)
      .response()
    #expect(response.status == 413)
    #expect(response.text.contains("value_bytes"))
  }

  @Test("compaction names a revision")
  func compact() throws {
    let talk = try post("/v1/compact", #"{"revision":30}"#)
    #expect(talk.node.command == Command(.compact(Revision(30))))
    talk.node.reply(
      .written(CommandResult(revision: Revision(40), outcome: .compacted)))
    #expect(try talk.response().text == #"{"revision":40}"#)
    #expect(try post("/v1/compact", "").response().status == 400)
    #expect(try post("/v1/compact", #"{"rev":30}"#).response().status == 400)
  }

  @Test("a refusal of the state machine has its own status and is not applied")
  func storeRefusal() throws {
    let talk = try post("/v1/compact", #"{"revision":3}"#)
    talk.node.reply(
      .written(
        CommandResult(
          revision: Revision(40), outcome: .refused(.compacted(oldest: Revision(30))))))
    let response = try talk.response()
    #expect(response.status == 410)
    #expect(response.member("error", "outcome") == "not_applied")
    #expect(response.member("error", "message")?.contains("30") == true)
  }

  @Test("leadership goes to the node that is named, or to the best")
  func transfer() throws {
    let path = "/v1/cluster/leader/transfer"
    let named = try post(path, #"{"to":2}"#)
    #expect(named.node.asked[0].call.request == .transferLeadership(to: NodeID(2)))
    named.node.reply(.transferred(to: NodeID(2)))
    #expect(try named.response().text == #"{"leader":2}"#)
    #expect(try post(path, "").node.asked[0].call.request == .transferLeadership(to: nil))
    #expect(try post(path, "{}").node.asked[0].call.request == .transferLeadership(to: nil))
    #expect(try post(path, #"{"to":"x"}"#).response().status == 400)
  }

  @Test("a snapshot is answered with its position and size")
  func snapshot() throws {
    let talk = try post("/v1/snapshot", "")
    #expect(talk.node.asked[0].call.request == .takeSnapshot)
    talk.node.reply(
      .snapshotTaken(LogPosition(term: Term(7), index: LogIndex(41)), bytes: 1234))
    #expect(try talk.response().text == #"{"term":7,"index":41,"bytes":1234}"#)
  }
}
