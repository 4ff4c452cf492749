import BinaryCodec
import ClientProtocol
import Determinism
import Testing

@testable import HTTPAPI

@Suite("/v1/kv?prefix=")
struct RangeRoutesTests {
  private func query(_ text: String) throws -> RangeQuery? {
    let talk = try Conversation()
    try talk.request("GET", "/v1/kv" + text)
    return talk.node.query
  }

  @Test("a page has limits even when the client names none")
  func defaults() throws {
    let query = try query("")
    #expect(query == RangeQuery(range: .all, limit: 1000, maxBytes: 1 << 20))
  }

  @Test("every parameter has its place in the query")
  func parameters() throws {
    let query = try query(
      "?start=a&end=b%00&limit=5&max_bytes=100&keys_only&order=descending&revision=9")
    let range = KeyRange(start: [0x61], end: .before([0x62, 0]))
    #expect(
      query
        == RangeQuery(
          range: range, revision: Revision(9), order: .descending, content: .keysOnly, limit: 5,
          maxBytes: 100))
    #expect(try self.query("?prefix=x%2b+&count_only=true")?.range == .prefix(Bytes("x++".utf8)))
  }

  @Test("a page that has more ends with a cursor, and the next page reads on behind it, as it was")
  func paging() throws {
    let talk = try Conversation()
    talk.node.answer = .found([.example("a"), .example("b")], count: 5, more: true)
    try talk.request("GET", "/v1/kv?prefix=&limit=2")
    let page = try talk.response()
    #expect(page.member("count") == "5")
    #expect(page.member("more") == "true")
    let cursor = try #require(page.member("cursor"))
    talk.node.answer = nil
    try talk.request("GET", "/v1/kv?prefix=&limit=2&cursor=\(cursor)")
    #expect(talk.node.query?.after == Bytes("b".utf8))
    #expect(talk.node.query?.revision == Revision(40))
    // The node does not count again; the cursor knows.
    talk.node.reply(.found([.example("c")], count: 0, more: true))
    let next = try talk.response()
    #expect(next.member("count") == "5")
    #expect(try Cursor(text: Bytes(try #require(next.member("cursor")).utf8)).count == 5)
  }

  @Test("the last page has no cursor, a page of keys no values, a count no items")
  func forms() throws {
    let talk = try Conversation()
    talk.node.answer = .found([.example("a")])
    try talk.request("GET", "/v1/kv?prefix=a")
    try talk.request("GET", "/v1/kv?prefix=a&keys_only")
    try talk.request("GET", "/v1/kv?prefix=a&count_only")
    let responses = try talk.responses()
    #expect(responses[0].member("cursor") == nil)
    #expect(responses[0].text.contains(#""value":"v""#))
    #expect(!responses[1].text.contains("value"))
    #expect(responses[2].text == #"{"revision":40,"count":1,"more":false}"#)
  }

  @Test("a cursor reads back what it was made of, whatever bytes the key has")
  func cursors() throws {
    var dice = Dice(seed: 31)
    for _ in 0..<500 {
      let key = (0...dice.below(20)).map { _ in UInt8(dice.below(256)) }
      let cursor = Cursor(
        revision: Revision(dice.next()), count: dice.next(), lastKey: key[...])
      #expect(try Cursor(text: cursor.text[...]) == cursor)
      #expect(cursor.text.allSatisfy { $0 != 0x2b && $0 != 0x2f && $0 != 0x3d })
    }
  }

  @Test(
    "what is no range query is refused",
    arguments: [
      "?prefix=a&start=b", "?start=b&end=a", "?start=a&end=a", "?limit=0", "?limit=10001",
      "?limit=x", "?limit=", "?limit=99999999999999999999", "?order=up", "?keys_only=maybe",
      "?cursor=", "?cursor=!!", "?cursor=AAAA", "?prefix=a&prefix=b", "?prefx=a", "?raw",
      "?consistency=eventual", "?timeout_ms=0", "?timeout_ms=60001", "?prefix=%zz", "?prefix=%4",
    ])
  func refusals(_ query: String) throws {
    let talk = try Conversation()
    try talk.request("GET", "/v1/kv" + query)
    let response = try talk.response()
    #expect(response.status == 400)
    #expect(response.member("error", "outcome") == "not_applied")
    #expect(talk.node.asked.isEmpty)
    #expect(talk.isOpen)
  }

  @Test("a range delete must say which keys")
  func delete() throws {
    let talk = try Conversation()
    try talk.request("DELETE", "/v1/kv")
    #expect(try talk.response().status == 400)
    try talk.request("DELETE", "/v1/kv?prefix=")
    #expect(talk.node.command == Command(.delete(Delete(range: .all))))
  }
}
