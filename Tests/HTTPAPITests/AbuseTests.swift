import BinaryCodec
import ClientProtocol
import Determinism
import Testing

@testable import HTTPAPI

@Suite("Abuse: malformed, truncated, huge, old")
struct AbuseTests {
  @Test(
    "what is not HTTP is answered 400 and the connection is closed",
    arguments: [
      "\u{16}\u{3}\u{1}\u{0}\r\n\r\n", "hello\r\n\r\n", "GET\r\n\r\n",
      "GET /livez HTTP/2.0\r\nHost: q\r\n\r\n", "GET /livez HTTP/1.1\r\nHost q\r\n\r\n",
      "GET /livez HTTP/1.1\r\n: x\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: q\r\n folded\r\n\r\n",
      "PUT /v1/kv/a HTTP/1.1\r\nHost: q\r\nContent-Length: -1\r\n\r\n",
      "PUT /v1/kv/a HTTP/1.1\r\nHost: q\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "PUT /v1/kv/a HTTP/1.1\r\nHost: q\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
      "PUT /v1/kv/a HTTP/1.1\r\nHost: q\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "PUT /v1/kv/a HTTP/1.1\r\nHost: q\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
  func malformed(_ text: String) throws {
    let talk = try Conversation()
    try talk.send(text)
    let response = try talk.response()
    #expect(response.status == 400)
    #expect(response.headers["connection"] == "close")
    #expect(response.member("error", "outcome") == "not_applied")
    #expect(talk.node.asked.isEmpty)
    #expect(!talk.isOpen)
    try talk.request("GET", "/livez")
    #expect(try talk.writes().isEmpty)
  }

  @Test("requests before the malformed one are answered first")
  func malformedLater() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", body: [1])
    try talk.send("garbage\r\n\r\n")
    #expect(try talk.writes().isEmpty)
    talk.node.reply(.put(41))
    #expect(try talk.responses().map(\.status) == [200, 400])
    #expect(!talk.isOpen)
  }

  @Test("a request that ends too early is not done", arguments: 1..<70)
  func truncated(_ cut: Int) throws {
    let text = "PUT /v1/kv/abc HTTP/1.1\r\nHost: quoin\r\nContent-Length: 10\r\n\r\n0123456789"
    let talk = try Conversation()
    try talk.send(Array(Array(text.utf8).prefix(cut)))
    talk.sendEnd()
    #expect(talk.node.asked.isEmpty)
    #expect(try talk.responses().allSatisfy { $0.status == 400 })
    #expect(!talk.isOpen)
  }

  @Test("HTTP/1.0 is served, and closed unless it asks to be kept")
  func oldVersion() throws {
    let closed = try Conversation()
    try closed.send("GET /livez HTTP/1.0\r\n\r\n")
    #expect(try closed.response().headers["connection"] == "close")
    #expect(!closed.isOpen)
    let kept = try Conversation()
    try kept.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(try kept.response().headers["connection"] == "keep-alive")
    #expect(kept.isOpen)
  }

  @Test("a request of HTTP/1.1 has one Host", arguments: ["", "Host: a\r\nHost: b\r\n"])
  func hosts(_ headers: String) throws {
    let talk = try Conversation()
    try talk.send("GET /livez HTTP/1.1\r\n\(headers)\r\n")
    #expect(try talk.response().status == 400)
  }

  @Test("an announced body above the limit is refused before it is read")
  func announcedBody() throws {
    let talk = try Conversation()
    let length = talk.server.limits.valueBytes + 1
    try talk.request("PUT", "/v1/kv/a", "Content-Length: \(length)")
    let response = try talk.response()
    #expect(response.status == 413)
    #expect(response.text.contains("value_bytes"))
    #expect(response.headers["connection"] == "close")
    #expect(!talk.isOpen)
  }

  @Test("a body of the limit is taken, one byte more in chunks is refused")
  func chunkedBody() throws {
    var limits = Limits()
    limits.valueBytes = 6
    let exact = try Conversation(FakeNode(), limits)
    try exact.request("PUT", "/v1/kv/a", "Transfer-Encoding: chunked")
    try exact.send("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n")
    #expect(exact.node.command == Command(.put(Put(key: [0x61], value: Bytes("abcdef".utf8)))))
    let over = try Conversation(FakeNode(), limits)
    try over.request("PUT", "/v1/kv/a", "Transfer-Encoding: chunked")
    try over.send("3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
    #expect(try over.response().status == 413)
    #expect(over.node.asked.isEmpty)
    #expect(over.server.gauges.heldBytes == 0)
  }

  @Test("a body that nobody wants is thrown away, and the connection goes on")
  func unwantedBody() throws {
    let talk = try Conversation()
    try talk.request("POST", "/nowhere", body: Array(repeating: 1, count: 5000))
    try talk.request("GET", "/livez", body: [1, 2])
    #expect(try talk.responses().map(\.status) == [404, 200])
    #expect(talk.isOpen)
  }

  @Test("a body that nobody wants has one answer, however it ends")
  func unwantedBodyBreaks() throws {
    let head = "POST /nowhere HTTP/1.1\r\nHost: q\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe"
    let malformed = try Conversation()
    try malformed.send(head)
    try malformed.send("lloXX")
    #expect(try malformed.responses().map(\.status) == [404])
    #expect(!malformed.isOpen)
    let halfClosed = try Conversation()
    try halfClosed.send(head)
    halfClosed.sendEnd()
    #expect(try halfClosed.responses().map(\.status) == [404])
    #expect(!halfClosed.isOpen)
  }

  @Test("headers too long, too many, or too much together are 431")
  func headers() throws {
    let long = "X-Long: " + String(repeating: "x", count: 33 << 10)
    let many = String(repeating: "X-A: b\r\n", count: 70)
    let much = String(repeating: "X-A: \(String(repeating: "y", count: 9000))\r\n", count: 6)
    for headers in [long + "\r\n", many, much] {
      let talk = try Conversation()
      try talk.send("GET /livez HTTP/1.1\r\nHost: q\r\n\(headers)\r\n")
      #expect(try talk.response().status == 431)
      #expect(!talk.isOpen)
    }
  }

  @Test("a path without end is refused")
  func longPath() throws {
    let talk = try Conversation()
    try talk.send("GET /v1/kv/" + String(repeating: "a", count: 64 << 10))
    #expect(try talk.response().status == 431)
  }

  @Test(
    "paths that are not what they should be are refused",
    arguments: [
      ("/v1/kv/%", 400), ("/v1/kv/%4", 400), ("/v1/kv/%zz", 400), ("/v1/kv/", 400),
      ("/v1/kv/a?raw=perhaps", 400), ("/v1/kv/a?%72aw", 400), ("/v1/kv/ü", 400),
      ("v1/kv/a", 400), ("/%76%31/kv/a", 404), ("/../v1/kv/a", 404),
    ])
  func paths(_ path: String, _ status: Int) throws {
    let talk = try Conversation()
    try talk.request("GET", path)
    #expect(try talk.response().status == status)
    #expect(talk.node.asked.isEmpty)
  }

  @Test("a key may have dots, slashes, spaces and question marks, encoded or not")
  func oddKeys() throws {
    for (path, key) in [
      ("/v1/kv/..", ".."), ("/v1/kv//a//", "/a//"), ("/v1/kv/%20%3F%25", " ?%"),
      ("/v1/kv/a+b", "a+b"), ("http://host:1/v1/kv/k", "k"),
    ] {
      let talk = try Conversation()
      try talk.request("GET", path)
      #expect(talk.node.query?.range == .key(Bytes(key.utf8)))
    }
  }

  @Test("of several faults the first one is told")
  func firstFault() throws {
    for (fields, status) in [
      (["Expect: tea", "If-Match: tomorrow", "If-Lock: a@1"], 417),
      (["If-Match: tomorrow", "Expect: tea"], 400), (["If-Lock: a@1", "X-Min-Index: -1"], 501),
    ] {
      let talk = try Conversation()
      try talk.send(
        "GET /v1/kv/a HTTP/1.1\r\nHost: q\r\n" + fields.joined(separator: "\r\n") + "\r\n\r\n")
      #expect(try talk.response().status == status)
    }
  }

  @Test("Expect: 100-continue gets leave when it is its turn, and none when it is refused")
  func expectContinue() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", body: [1])
    try talk.request("PUT", "/v1/kv/b", "Expect: 100-continue", "Content-Length: 3")
    #expect(try talk.writes().isEmpty)
    talk.node.reply(.put(41))
    #expect(try talk.responses().map(\.status) == [200, 100])
    try talk.send("abc")
    talk.node.reply(.put(42))
    #expect(try talk.response().status == 200)
    try talk.request("POST", "/v1/kv/b", "Expect: 100-continue", "Content-Length: 3")
    #expect(try talk.response().status == 405)
    #expect(!talk.isOpen)
  }

  @Test("expectations and promises that are not kept here are refused, not ignored")
  func unsupported() throws {
    for (header, status) in [
      ("Expect: tea", 417), ("If-Lock: a@1", 501), ("Idempotency-Key: 5", 501),
      ("If-Match: tomorrow", 400), ("X-Min-Index: -1", 400),
    ] {
      let talk = try Conversation()
      try talk.request("PUT", "/v1/kv/a", header, body: [1])
      #expect(try talk.response().status == status)
      #expect(talk.node.asked.isEmpty)
    }
    let talk = try Conversation()
    try talk.request("GET", "/v1/kv/a", "If-Match: 5")
    #expect(try talk.response().status == 400)
  }

  @Test("an offer to speak another protocol is passed over (RFC 9110, section 7.8)")
  func upgrade() throws {
    let talk = try Conversation()
    try talk.request("GET", "/livez", "Connection: Upgrade", "Upgrade: h2c")
    #expect(try talk.response().status == 200)
    try talk.request("GET", "/livez")
    #expect(try talk.response().status == 200)
  }

  @Test(
    "methods that no path has are 405, and the connection goes on", arguments: ["CONNECT", "get"])
  func methods(_ method: String) throws {
    let talk = try Conversation()
    try talk.request(method, "/livez", body: Array("GET / HTTP/1.1".utf8))
    #expect(try talk.response().status == 405)
    try talk.request("GET", "/livez")
    #expect(try talk.response().status == 200)
  }

  @Test("no changed byte of a conversation makes the server trap or leaves anything on its books")
  func damage() throws {
    let text =
      "PUT /v1/kv/a%20b?lease=1 HTTP/1.1\r\nHost: q\r\nIf-Match: 5\r\nContent-Length: 3\r\n\r\nabc"
      + "POST /v1/txn HTTP/1.1\r\nHost: q\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "21\r\n{\"success\":[{\"put\":{\"key\":\"a\"}}]}\r\n0\r\n\r\n"
      + "GET /v1/kv?prefix=a&limit=5 HTTP/1.1\r\nHost: q\r\n\r\n"
    var dice = Dice(seed: 41)
    for _ in 0..<1500 {
      var bytes = Array(text.utf8)
      for _ in 0...dice.below(2) {
        bytes[Int(dice.below(UInt64(bytes.count)))] = UInt8(dice.below(256))
      }
      let talk = try Conversation()
      talk.node.answer = .failed(.noQuorum)
      let middle = Int(dice.below(UInt64(bytes.count)))
      try talk.send(Array(bytes[..<middle]))
      try talk.send(Array(bytes[middle...]))
      talk.sendEnd()
      _ = try talk.responses()
      #expect(!talk.isOpen)
      #expect(talk.server.gauges.heldBytes == 0)
      #expect(talk.server.gauges.inFlight == 0)
    }
  }
}
