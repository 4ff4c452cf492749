import ClientProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPAPI

@Suite("GET /v1/snapshot streams a file")
struct SnapshotRouteTests {
  static let file = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  static func limits() -> Limits {
    var limits = Limits()
    limits.snapshotPiece = 300
    limits.downloads = 2
    return limits
  }

  static func talk(_ file: [UInt8]? = file) throws -> Conversation {
    let talk = try Conversation(FakeNode(), limits())
    talk.node.snapshot = file
    return talk
  }

  /// Lets the node read for the download until it asks no more; returns all that was sent.
  static func drain(_ talk: Conversation) throws -> [UInt8] {
    var sent: [UInt8] = []
    while !talk.node.wished.isEmpty {
      talk.node.readSnapshot()
      sent += try talk.writes().flatMap { $0 }
    }
    return sent
  }

  @Test("whole and in order, with its position and length, and the connection goes on")
  func whole() throws {
    let talk = try Self.talk()
    try talk.request("GET", "/v1/snapshot")
    let response = try #require(
      try Response.all(in: try Self.drain(talk), toHead: false).first)
    #expect(response.status == 200 && response.body == Self.file)
    #expect(response.headers["content-type"] == "application/octet-stream")
    #expect(response.headers["x-snapshot-term"] == "6")
    #expect(response.headers["x-snapshot-index"] == "30")
    #expect(response.headers["x-snapshot-size"] == "1000")
    #expect(talk.server.gauges.downloads == 0)
    try talk.request("GET", "/livez")
    #expect(try talk.response().status == 200)
  }

  @Test("from an offset on, as a download that broke off goes on", arguments: [0, 1, 999, 1000])
  func offset(offset: Int) throws {
    let talk = try Self.talk()
    try talk.request("GET", "/v1/snapshot?term=6&index=30&offset=\(offset)")
    let response = try #require(
      try Response.all(in: try Self.drain(talk), toHead: false).first)
    #expect(response.body == Array(Self.file[offset...]))
    #expect(response.headers["x-snapshot-size"] == "1000")
  }

  @Test("one piece is in memory: the next is read when the client has taken the last")
  func backPressure() throws {
    let talk = try Self.talk()
    try talk.request("GET", "/v1/snapshot")
    #expect(talk.node.wished.map(\.wish.count) == [300])
    talk.channel.isWritable = false
    talk.node.readSnapshot()
    #expect(try talk.writes().count == 1)
    #expect(talk.node.wished.isEmpty, "more was read for a client that takes nothing")
    talk.channel.isWritable = true
    talk.channel.pipeline.fireChannelWritabilityChanged()
    #expect(talk.node.wished.map(\.wish.offset) == [300])
  }

  @Test("a client that takes nothing is cut off, and its download forgotten")
  func stalled() throws {
    let talk = try Self.talk()
    try talk.request("GET", "/v1/snapshot")
    talk.channel.isWritable = false
    talk.channel.pipeline.fireChannelWritabilityChanged()
    talk.node.readSnapshot()
    talk.pass(ticks: Self.limits().stalledTicks)
    #expect(!talk.isOpen && talk.server.gauges.downloads == 0)
  }

  @Test("a connection that is cut off while its answers leave begins no download any more")
  func cutBefore() async throws {
    var limits = Self.limits()
    limits.unsentBytes = 10 << 20
    let server = try await LoopbackServer(limits, answer: nil)
    let client = try LoopbackClient(try await server.listen(), receiveBuffer: 4096)
    let get = "GET /v1/kv/a?raw HTTP/1.1\r\nHost: q\r\n\r\n"
    client.send(
      String(repeating: get, count: 8) + "GET /v1/snapshot HTTP/1.1\r\nHost: q\r\n\r\n")
    // More than the kernel holds for both sides: the second answer is too much.
    let value = [UInt8](repeating: 1, count: 6 << 20)[...]
    try await server.replyBackwards(to: 8, .found([.example("a", value)]))
    while try await server.connectionCount > 0 { await Task.yield() }
    #expect(try await server.load == (0, 0))
    try await server.drain()
  }

  @Test("a request behind it is answered behind it")
  func pipelined() throws {
    let talk = try Self.talk()
    talk.node.answer = .put(41)
    try talk.send("GET /v1/snapshot HTTP/1.1\r\nHost: q\r\n\r\n")
    try talk.request("PUT", "/v1/kv/a", body: [1])
    #expect(try talk.writes().isEmpty)
    let all = try Response.all(in: try Self.drain(talk), toHead: false)
    #expect(all.map(\.status) == [200, 200])
    #expect(all.first?.body == Self.file && all.last?.member("revision") == "41")
  }

  @Test("HEAD tells the length and reads no further")
  func head() throws {
    let talk = try Self.talk()
    try talk.request("HEAD", "/v1/snapshot")
    let sent = try Self.drain(talk)
    let response = try #require(try Response.all(in: sent, toHead: true).first)
    #expect(response.status == 200 && response.headers["content-length"] == "1000")
  }

  @Test("a snapshot that is not here is 404, an offset behind its end too")
  func notFound() throws {
    for (file, query) in [
      (nil, ""), (Self.file, "?term=6&index=31"), (Self.file, "?term=6&index=30&offset=1001"),
    ] {
      let talk = try Self.talk(file)
      try talk.request("GET", "/v1/snapshot\(query)")
      let response = try #require(
        try Response.all(in: try Self.drain(talk), toHead: false).first)
      #expect(response.status == 404 && response.member("error", "code") == "not_found", "\(query)")
      #expect(talk.server.gauges.downloads == 0 && talk.isOpen)
    }
  }

  @Test("half a position, or an offset of nothing in particular, is refused")
  func badRequests() throws {
    for query in ["term=6", "index=30", "offset=3", "term=x&index=1", "offset=-1", "limit=3"] {
      let talk = try Self.talk()
      try talk.request("GET", "/v1/snapshot?\(query)")
      #expect(try talk.response().status == 400, "\(query)")
      #expect(talk.node.wished.isEmpty)
    }
  }

  @Test("a file that cannot be read any more ends the connection: the client knows it is short")
  func lost() throws {
    let talk = try Self.talk()
    try talk.request("GET", "/v1/snapshot")
    talk.node.readSnapshot()
    _ = try talk.writes()
    talk.node.snapshot = nil
    talk.node.readSnapshot()
    talk.run()
    #expect(!talk.isOpen && talk.server.gauges.downloads == 0)
  }

  @Test("a client that leaves is forgotten, also while its piece is being read")
  func left() throws {
    let talk = try Self.talk()
    try talk.request("GET", "/v1/snapshot")
    talk.channel.close(promise: nil)
    talk.run()
    #expect(talk.server.gauges.downloads == 0)
    talk.node.readSnapshot()
    #expect(talk.node.wished.isEmpty && talk.server.gauges.downloads == 0)
  }

  @Test("more downloads than the limit are answered 429")
  func tooMany() throws {
    let talk = try Self.talk()
    let others = try (0..<2).map { _ in
      let channel = EmbeddedChannel(loop: talk.channel.embeddedEventLoop)
      try talk.server.adopt(channel, by: talk.listener)
      channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
      channel.pipeline.fireChannelRead(
        ByteBuffer(string: "GET /v1/snapshot HTTP/1.1\r\nHost: q\r\n\r\n"))
      return channel
    }
    #expect(talk.server.gauges.downloads == 2)
    try talk.request("GET", "/v1/snapshot")
    #expect(try talk.response().status == 429)
    for other in others { _ = try? other.finish(acceptAlreadyClosed: true) }
  }
}
