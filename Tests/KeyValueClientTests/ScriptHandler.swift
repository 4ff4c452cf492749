import NIOCore
import NIOPosix
import Synchronization

/// One connection of a scripted server: cuts requests out of the bytes and answers each as told.
final class ScriptHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let holder: Holder
  private var text: [UInt8] = []
  private var connection = 0

  init(_ holder: Holder) { self.holder = holder }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let server = holder.server.withLock({ $0 }) else { return }
    if connection == 0 { connection = server.newConnection() }
    text.append(contentsOf: unwrapInboundIn(data).readableBytesView)
    while let request = takeRequest() {
      perform(server.act(on: request, connection: connection), context)
    }
  }

  /// The next whole request, by its Content-Length.
  private func takeRequest() -> String? {
    let blank = Array("\r\n\r\n".utf8)
    guard let end = text.indices.first(where: { text[$0...].starts(with: blank) }) else {
      return nil
    }
    let head = String(decoding: text[..<(end + blank.count)], as: UTF8.self)
    var length = 0
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
      length = Int(line.dropFirst(15).drop { $0 == " " }) ?? 0
    }
    guard text.count >= head.utf8.count + length else { return nil }
    let request = String(decoding: text[..<(head.utf8.count + length)], as: UTF8.self)
    text.removeFirst(head.utf8.count + length)
    return request
  }

  private func perform(_ act: ScriptedServer.Act, _ context: ChannelHandlerContext) {
    switch act {
    case .hang: break
    case .raw(let text): send(text, context)
    case .rawThenReset(let text):
      // SO_LINGER 0: close sends a reset.
      let linger = linger(l_onoff: 1, l_linger: 0)
      send(text, context)
      _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger)
      context.close(promise: nil)
    case .reply(let status, let body, let headers):
      let extra = headers.map { $0 + "\r\n" }.joined()
      send(
        "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(extra)\r\n\(body)", context
      )
    case .huge(let bytes):
      send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes)\r\n\r\n", context)
      let piece = String(repeating: "x", count: 1 << 20)
      for _ in 0..<(bytes >> 20) { send(piece, context) }
    }
  }

  private func send(_ text: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(
      wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
  }
}
