import ClientProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPAPI

@Suite("Pipelining, and what a node can hold")
struct PipeliningTests {
  @Test("answers leave in the order of the requests, whatever order the node answers in")
  func order() throws {
    let talk = try Conversation()
    for key in ["a", "b", "c"] { try talk.request("GET", "/v1/kv/\(key)?raw") }
    talk.node.reply(.found([.example("c", [3])]), to: 2)
    talk.node.reply(.found([.example("b", [2])]), to: 1)
    #expect(try talk.writes().isEmpty)
    talk.node.reply(.found([.example("a", [1])]))
    #expect(try talk.responses().map(\.body) == [[1], [2], [3]])
  }

  @Test("an answer that the interface has at once waits for those before it")
  func localAnswersWait() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", body: [1])
    try talk.request("GET", "/nowhere")
    try talk.request("GET", "/livez")
    #expect(try talk.writes().isEmpty)
    talk.node.reply(.put(41))
    #expect(try talk.responses().map(\.status) == [200, 404, 200])
  }

  @Test("the answers of one turn leave in one write")
  func corking() throws {
    let talk = try Conversation()
    for _ in 0..<10 { try talk.request("PUT", "/v1/kv/a", body: [1]) }
    for revision in 41..<51 as Range<UInt64> { talk.node.reply(.put(revision)) }
    let writes = try talk.writes()
    #expect(writes.count == 1)
    #expect(try Response.all(in: writes[0], toHead: false).count == 10)
  }

  @Test("many requests in one piece are all served")
  func onePiece() throws {
    let talk = try Conversation()
    talk.node.answer = .put(41)
    let put = "PUT /v1/kv/a HTTP/1.1\r\nHost: q\r\nContent-Length: 1\r\n\r\nx"
    try talk.send(String(repeating: put, count: 50))
    #expect(try talk.responses().map(\.status) == Array(repeating: 200, count: 50))
  }

  @Test("requests in pieces of one byte are served")
  func smallPieces() throws {
    let talk = try Conversation()
    talk.node.answer = .put(41)
    let put = "PUT /v1/kv/a HTTP/1.1\r\nHost: q\r\nContent-Length: 2\r\n\r\nxy"
    for byte in Array((put + put).utf8) { try talk.send([byte]) }
    #expect(try talk.responses().map(\.status) == [200, 200])
  }

  @Test("a connection with enough requests in flight is not read until one is answered")
  func backPressure() throws {
    var limits = Limits()
    limits.pipelined = 2
    let talk = try Conversation(FakeNode(), limits)
    for _ in 0..<2 { try talk.request("PUT", "/v1/kv/a", body: [1]) }
    let before = talk.reads.count
    talk.channel.read()
    #expect(talk.reads.count == before)
    talk.node.reply(.put(41))
    talk.run()
    #expect(talk.reads.count == before + 1)
  }

  @Test("more requests than the node may hold are answered 429, and nothing else is held up")
  func nodeLimit() throws {
    var limits = Limits()
    limits.inFlight = 1
    let talk = try Conversation(FakeNode(), limits)
    for _ in 0..<2 { try talk.request("PUT", "/v1/kv/a", body: [1]) }
    talk.node.reply(.put(41))
    let responses = try talk.responses()
    #expect(responses.map(\.status) == [200, 429])
    #expect(responses[1].member("error", "outcome") == "not_applied")
    #expect(responses[1].headers["retry-after"] == "1")
    try talk.request("PUT", "/v1/kv/a", body: [1])
    #expect(talk.node.asked.count == 1)
  }

  @Test("refusals are rationed: those beyond the pace leave slice by slice, in their order")
  func rationedRefusals() throws {
    var limits = Limits()
    (limits.inFlight, limits.refusalPace) = (0, 2)
    let talk = try Conversation(FakeNode(), limits)
    let others = try (0..<5).map { _ in try talk.another() }
    for other in others { try other.request("PUT", "/v1/kv/a", body: [1]) }
    func refused() throws -> [Int] { try others.map { try $0.responses().count } }
    #expect(try refused() == [1, 1, 0, 0, 0])
    #expect(talk.server.gauges.refusalsWaiting == 3)
    talk.pass(.milliseconds(10))
    #expect(try refused() == [0, 0, 1, 1, 0])
    talk.pass(.milliseconds(10))
    #expect(try refused() == [0, 0, 0, 0, 1])
    #expect(talk.server.gauges.refusalsWaiting == 0)
  }

  @Test("whose refusal waits is not read; what it had sent already is answered at once, in order")
  func waitingRefusal() throws {
    var limits = Limits()
    (limits.inFlight, limits.refusalPace) = (0, 0)
    let talk = try Conversation(FakeNode(), limits)
    try talk.request("PUT", "/v1/kv/a", body: [1])
    let before = talk.reads.count
    talk.channel.read()
    #expect(talk.reads.count == before)
    #expect(try talk.responses().isEmpty)
    try talk.request("GET", "/livez")
    #expect(try talk.responses().map(\.status) == [429, 200])
    #expect(talk.reads.count == before + 1)
  }

  @Test("a server that drains lets every refusal go")
  func drainedRefusal() throws {
    var limits = Limits()
    (limits.inFlight, limits.refusalPace) = (0, 0)
    let talk = try Conversation(FakeNode(), limits)
    try talk.request("PUT", "/v1/kv/a", body: [1])
    #expect(try talk.responses().isEmpty)
    _ = talk.server.drain(within: .seconds(1))
    #expect(try talk.response().status == 429)
  }

  @Test("what the interface answers by itself is answered also without room")
  func probesWithoutRoom() throws {
    var limits = Limits()
    (limits.inFlight, limits.refusalPace) = (0, 0)
    let talk = try Conversation(FakeNode(), limits)
    try talk.request("GET", "/livez")
    #expect(try talk.response().status == 200)
  }

  @Test("bytes in flight are bounded, and given back when the answer comes")
  func byteLimit() throws {
    var limits = Limits()
    limits.inFlightBytes = 10
    let talk = try Conversation(FakeNode(), limits)
    try talk.request("PUT", "/v1/kv/a", body: Array(repeating: 1, count: 8))
    try talk.request("PUT", "/v1/kv/a", body: Array(repeating: 1, count: 8))
    #expect(talk.server.gauges.heldBytes == 8)
    talk.node.reply(.put(41))
    #expect(try talk.responses().map(\.status) == [200, 429])
    #expect(talk.server.gauges.heldBytes == 0)
    try talk.request("PUT", "/v1/kv/a", body: Array(repeating: 1, count: 8))
    #expect(talk.node.asked.count == 1)
  }

  @Test("answers that wait for an earlier one are counted; a read that finds no room is refused")
  func answersOutOfTurn() throws {
    var limits = Limits()
    limits.inFlightBytes = 5000
    let talk = try Conversation(FakeNode(), limits)
    try talk.request("PUT", "/v1/kv/slow", body: [1])
    for _ in 0..<4 { try talk.request("GET", "/v1/kv/big") }
    let item = KeyValue(
      key: Array("big".utf8)[...], value: Array(repeating: 7, count: 2000)[...],
      createRevision: Revision(2), modRevision: Revision(2), version: 1, lease: nil)
    let page = RangeResult(items: [item], count: 1, more: false, readRevision: Revision(40))
    // The first stays without its answer, so that those of the others must wait.
    for _ in 0..<4 { talk.node.reply(.range(page), to: 1) }
    #expect(try talk.writes().isEmpty)
    #expect((4000...5000).contains(talk.server.gauges.heldBytes))
    talk.node.reply(.put(41))
    let responses = try talk.responses()
    #expect(responses.map(\.status) == [200, 200, 200, 429, 429])
    #expect(responses[4].member("error", "outcome") == "not_applied")
    #expect(responses[4].headers["retry-after"] == "1")
    #expect(talk.server.gauges.heldBytes == 0)
  }

  @Test("a connection that dies with answers out of turn leaves nothing on the books")
  func deathOutOfTurn() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/slow", body: [1])
    try talk.request("GET", "/v1/kv/a")
    let nothing = RangeResult(items: [], count: 0, more: false, readRevision: Revision(1))
    talk.node.reply(.range(nothing), to: 1)
    #expect(talk.server.gauges.heldBytes > 1)
    talk.channel.close(promise: nil)
    talk.run()
    talk.node.reply(.put(41))
    #expect(talk.server.gauges.heldBytes == 0)
    #expect(talk.server.gauges.inFlight == 0)
  }

  @Test("a connection that dies leaves nothing on the books once the node has answered")
  func death() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", body: [1, 2])
    try talk.send("PUT /v1/kv/b HTTP/1.1\r\nHost: q\r\nContent-Length: 9\r\n\r\nabc")
    #expect(talk.server.gauges.heldBytes == 5)
    talk.channel.close(promise: nil)
    talk.run()
    #expect(talk.server.gauges.heldBytes == 2)
    #expect(talk.server.gauges.connections == 0)
    talk.node.reply(.put(41))
    #expect(talk.server.gauges.heldBytes == 0)
    #expect(talk.server.gauges.inFlight == 0)
    #expect(try talk.writes().isEmpty)
  }

  @Test("Connection: close is honoured after its answer, and what follows is not looked at")
  func close() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", "Connection: close", body: [1])
    try talk.request("PUT", "/v1/kv/b", body: [1])
    #expect(talk.node.asked.count == 1)
    #expect(talk.isOpen)
    talk.node.reply(.put(41))
    #expect(try talk.response().headers["connection"] == "close")
    #expect(!talk.isOpen)
  }

  @Test("a client that closes its sending side still gets its answers")
  func halfClose() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", body: [1])
    talk.sendEnd()
    #expect(talk.isOpen)
    talk.node.reply(.put(41))
    #expect(try talk.response().status == 200)
    #expect(!talk.isOpen)
  }

  @Test("a connection above the limit is told so and closed")
  func connectionLimit() throws {
    var limits = Limits()
    limits.connections = 0
    let talk = try Conversation(FakeNode(), limits)
    let response = try talk.response()
    #expect(response.status == 503)
    #expect(response.member("error", "code") == "overloaded")
    #expect(!talk.isOpen)
  }

  @Test("draining closes idle connections at once and busy ones after their answer")
  func draining() throws {
    let idle = try Conversation()
    _ = idle.server.drain(within: .seconds(1))
    idle.run()
    #expect(!idle.isOpen)
    let busy = try Conversation()
    try busy.request("PUT", "/v1/kv/a", body: [1])
    let drained = busy.server.drain(within: .seconds(1))
    var isDrained = false
    drained.assumeIsolated().whenComplete { _ in isDrained = true }
    busy.run()
    #expect(busy.isOpen)
    busy.node.reply(.put(41))
    #expect(try busy.response().headers["connection"] == "close")
    #expect(!busy.isOpen)
    #expect(isDrained)
  }
}
