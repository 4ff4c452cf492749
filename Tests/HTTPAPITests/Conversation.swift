import BinaryCodec
import ClientProtocol
import JSONText
import NIOCore
import NIOEmbedded
import RaftTypes

@testable import HTTPAPI

/// One connection to a server with a fake node behind it, in memory: what is sent goes through the
/// whole pipeline, turns of the event loop and ticks of the clock happen when the test says so.
final class Conversation {
  let node: FakeNode
  let server: HTTPServer
  let listener = Listener()
  let channel: EmbeddedChannel
  let reads = ReadCounter()
  let dam = Dam()
  private let loop: EmbeddedEventLoop

  convenience init(_ node: FakeNode = FakeNode(), _ limits: Limits = Limits()) throws {
    let loop = EmbeddedEventLoop()
    try self.init(node, HTTPServer(on: loop, port: node, limits: limits), loop)
  }

  private init(_ node: FakeNode, _ server: HTTPServer, _ loop: EmbeddedEventLoop) throws {
    (self.node, self.server, self.loop) = (node, server, loop)
    server.listeners.append(listener)
    channel = EmbeddedChannel(loop: loop)
    try channel.pipeline.syncOperations.addHandlers(dam, reads)
    try server.adopt(channel, by: listener)
    channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
  }

  /// One more connection to the same server.
  func another() throws -> Conversation { try Conversation(node, server, loop) }

  deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
    channel.pipeline.fireChannelReadComplete()
    loop.run()
  }

  /// The client closes its sending side.
  func sendEnd() {
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    loop.run()
  }

  /// A request of HTTP/1.1 with the header that it needs.
  func request(_ method: String, _ target: String, _ headers: String..., body: [UInt8] = []) throws
  {
    var text = "\(method) \(target) HTTP/1.1\r\nHost: quoin\r\n"
    for header in headers { text += header + "\r\n" }
    if !body.isEmpty { text += "Content-Length: \(body.count)\r\n" }
    try send(Array(text.utf8) + Array("\r\n".utf8) + body)
  }

  func run() { loop.run() }

  func pass(ticks: UInt64) {
    for _ in 0..<ticks { server.sweep() }
    loop.run()
  }

  func pass(_ time: TimeAmount) { loop.advanceTime(by: time) }

  var isOpen: Bool { channel.isActive }

  /// The writes that went out since the last look.
  func writes() throws -> [[UInt8]] {
    loop.run()
    var writes: [[UInt8]] = []
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
      writes.append(Array(buffer.readableBytesView))
    }
    return writes
  }

  /// The responses that went out since the last look.
  func responses(toHead: Bool = false) throws -> [Response] {
    try Response.all(in: try writes().flatMap { $0 }, toHead: toHead)
  }

  /// The one response that went out since the last look.
  func response(toHead: Bool = false) throws -> Response {
    let all = try responses(toHead: toHead)
    guard let only = all.first, all.count == 1 else { throw ConversationFault.responses(all.count) }
    return only
  }
}

enum ConversationFault: Error {
  case responses(Int)
  case unreadable(String)
}

/// Counts the reads that reach the socket.
final class ReadCounter: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  private(set) var count = 0

  func read(context: ChannelHandlerContext) {
    count += 1
    context.read()
  }
}

/// Keeps what is written from leaving while it is shut, as a client does that takes nothing.
final class Dam: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  private var held: [(data: NIOAny, promise: EventLoopPromise<Void>?)] = []
  private var context: ChannelHandlerContext?

  var isShut = false {
    didSet {
      guard !isShut else { return }
      let all = held
      held = []
      for (data, promise) in all { context?.write(data, promise: promise) }
      context?.flush()
    }
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    for (_, promise) in held { promise?.fail(ChannelError.ioOnClosedChannel) }
    held = []
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if isShut { held.append((data, promise)) } else { context.write(data, promise: promise) }
  }
}

/// A response, taken apart.
struct Response {
  let status: Int
  let headers: [String: String]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  /// The string or number at this path of member names in the JSON body; nil when there is none.
  func member(_ path: String...) -> String? {
    var scanner = JSONScanner(body)
    return try? Self.find(path[...], &scanner)
  }

  private static func find(
    _ path: ArraySlice<String>, _ scanner: inout JSONScanner
  ) throws -> String? {
    guard let name = path.first else {
      let text = String(decoding: try scanner.skipValue(), as: UTF8.self)
      return text.hasPrefix("\"") ? String(text.dropFirst().dropLast()) : text
    }
    try scanner.beginObject()
    while let member = try scanner.nextMember() {
      if member == name { return try find(path.dropFirst(), &scanner) }
      try scanner.skipValue()
    }
    return nil
  }

  static func all(in bytes: [UInt8], toHead: Bool) throws -> [Response] {
    var rest = bytes[...]
    var found: [Response] = []
    while !rest.isEmpty {
      guard let end = rest.indices.first(where: { rest[$0...].starts(with: "\r\n\r\n".utf8) })
      else { throw ConversationFault.unreadable(String(decoding: rest, as: UTF8.self)) }
      let lines = String(decoding: rest[..<end], as: UTF8.self).split(separator: "\r\n")
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ": ", maxSplits: 1)
        headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1]) : ""
      }
      let length = toHead ? 0 : Int(headers["content-length"] ?? "0") ?? 0
      let start = end + 4
      guard rest.endIndex - start >= length, lines[0].hasPrefix("HTTP/1.1 ") else {
        throw ConversationFault.unreadable(String(decoding: rest, as: UTF8.self))
      }
      found.append(
        Response(
          status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers,
          body: Array(rest[start..<start + length])))
      rest = rest[(start + length)...]
    }
    return found
  }
}
