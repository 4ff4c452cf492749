import ClientProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPAPI

@Suite("Slow clients are cut off")
struct TimeLimitTests {
  private let limits = Limits()

  @Test("a head that trickles in is answered 408, however steadily it trickles")
  func slowHead() throws {
    let talk = try Conversation()
    try talk.send("GET /livez HTTP/1.1\r\nX-Slow: ")
    for _ in 1..<limits.headTicks {
      talk.pass(ticks: 1)
      try talk.send("X")
      #expect(try talk.writes().isEmpty)
    }
    talk.pass(ticks: 1)
    let response = try talk.response()
    #expect(response.status == 408)
    #expect(response.member("error", "outcome") == "not_applied")
    #expect(!talk.isOpen)
  }

  @Test("a body that trickles in is answered 408 and not done")
  func slowBody() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", "Content-Length: 1000")
    for _ in 1..<limits.bodyTicks {
      talk.pass(ticks: 1)
      try talk.send("x")
    }
    #expect(talk.isOpen)
    talk.pass(ticks: 1)
    #expect(try talk.response().status == 408)
    #expect(talk.node.asked.isEmpty)
    #expect(talk.server.gauges.heldBytes == 0)
    #expect(!talk.isOpen)
  }

  @Test("an idle connection is closed without a word")
  func idle() throws {
    let talk = try Conversation()
    try talk.request("GET", "/livez")
    _ = try talk.response()
    talk.pass(ticks: limits.idleTicks - 1)
    #expect(talk.isOpen)
    talk.pass(ticks: 1)
    #expect(!talk.isOpen)
    #expect(try talk.writes().isEmpty)
  }

  @Test("a connection that waits for the node is not idle")
  func waiting() throws {
    let talk = try Conversation()
    try talk.request("PUT", "/v1/kv/a", body: [1])
    talk.pass(ticks: limits.idleTicks * 2)
    #expect(talk.isOpen)
    talk.node.reply(.put(41))
    #expect(try talk.response().status == 200)
    talk.pass(ticks: limits.idleTicks - 1)
    #expect(talk.isOpen)
  }

  @Test("a client that takes no answers is not read, and cut off in the end")
  func stalled() throws {
    let talk = try Conversation()
    talk.channel.isWritable = false
    talk.channel.pipeline.fireChannelWritabilityChanged()
    let before = talk.reads.count
    talk.channel.read()
    #expect(talk.reads.count == before)
    talk.pass(ticks: limits.stalledTicks - 1)
    #expect(talk.isOpen)
    talk.pass(ticks: 1)
    #expect(!talk.isOpen)
  }

  @Test("a client that takes its answers slowly, but takes them, is not cut off")
  func slow() throws {
    let talk = try Conversation()
    talk.channel.isWritable = false
    talk.channel.pipeline.fireChannelWritabilityChanged()
    try talk.request("GET", "/v1/kv/a?raw")
    let value = [UInt8](repeating: 1, count: limits.takenBytes)[...]
    for _ in 0..<3 {
      talk.pass(ticks: limits.stalledTicks - 1)
      try #require(talk.isOpen)
      talk.node.reply(.found([.example("a", value)]))
      try talk.request("GET", "/v1/kv/a?raw")
      talk.pass(ticks: 1)
      try #require(talk.isOpen)
    }
    talk.pass(ticks: limits.stalledTicks)
    #expect(!talk.isOpen)
  }

  @Test("the last answer has as long as any other; only what comes behind it is hurried")
  func lastAnswer() throws {
    for isTaken in [true, false] {
      let talk = try Conversation()
      try talk.request("GET", "/v1/kv/a?raw")
      try talk.send("nonsense\r\n\r\n")
      talk.dam.isShut = true
      talk.node.reply(.found([.example("a", [1])]))
      talk.run()
      talk.pass(ticks: limits.stalledTicks - 1)
      #expect(talk.isOpen)
      if isTaken {
        talk.dam.isShut = false
        #expect(try talk.responses().map(\.status) == [200, 400])
      } else {
        talk.pass(ticks: 1)
        #expect(try talk.responses().isEmpty)
      }
      #expect(!talk.isOpen)
    }
  }

  @Test("a client that takes its answers again is read again")
  func recovered() throws {
    let talk = try Conversation()
    talk.channel.isWritable = false
    talk.channel.pipeline.fireChannelWritabilityChanged()
    talk.channel.read()
    let before = talk.reads.count
    talk.channel.isWritable = true
    talk.channel.pipeline.fireChannelWritabilityChanged()
    #expect(talk.reads.count == before + 1)
    talk.pass(ticks: limits.stalledTicks)
    #expect(talk.isOpen)
  }

  @Test("answers that are not taken pile up to a limit")
  func unsent() throws {
    var limits = Limits()
    limits.unsentBytes = 1000
    let talk = try Conversation(FakeNode(), limits)
    talk.channel.isWritable = false
    talk.channel.pipeline.fireChannelWritabilityChanged()
    try talk.request("GET", "/v1/kv/a?raw")
    try talk.request("GET", "/v1/kv/a?raw")
    talk.node.reply(.found([.example("a", Array(repeating: 1, count: 500)[...])]))
    talk.run()
    #expect(talk.isOpen)
    talk.node.reply(.found([.example("a", Array(repeating: 1, count: 500)[...])]))
    talk.run()
    #expect(!talk.isOpen)
  }

  @Test("what all lagging readers hold has a limit of its own, and is given back when they take it")
  func unsentOfAll() throws {
    var limits = Limits()
    limits.unsentBytesOfAll = 2000
    let talk = try Conversation(FakeNode(), limits)
    let page = ClientReply.Body.found([.example("a", Array(repeating: 1, count: 500)[...])])
    talk.channel.isWritable = false
    talk.channel.pipeline.fireChannelWritabilityChanged()
    try talk.request("GET", "/v1/kv/a?raw")
    talk.node.reply(page)
    talk.run()
    #expect(talk.isOpen && talk.server.gauges.unsentBytes > 500)
    talk.channel.isWritable = true
    talk.channel.pipeline.fireChannelWritabilityChanged()
    #expect(talk.server.gauges.unsentBytes == 0)
    // Another connection holds nearly all there is.
    talk.server.gauges.unsentBytes = 1900
    try talk.request("GET", "/v1/kv/a?raw")
    talk.channel.isWritable = false
    talk.channel.pipeline.fireChannelWritabilityChanged()
    talk.node.reply(page)
    talk.run()
    #expect(!talk.isOpen)
    #expect(talk.server.gauges.unsentBytes == 1900)
  }

  @Test("large answers of one turn meet that limit one by one")
  func unsentInOneTurn() throws {
    var limits = Limits()
    limits.unsentBytes = 200 << 10
    let talk = try Conversation(FakeNode(), limits)
    talk.channel.isWritable = false
    talk.channel.pipeline.fireChannelWritabilityChanged()
    for _ in 0..<10 { try talk.request("GET", "/v1/kv/a?raw") }
    let page = ClientReply.Body.found([.example("a", Array(repeating: 1, count: 100 << 10)[...])])
    for place in (1..<10).reversed() { talk.node.reply(page, to: place) }
    talk.node.reply(page)
    #expect(!talk.isOpen)
    #expect(talk.server.gauges.sentBytes < 400 << 10)
  }
}
