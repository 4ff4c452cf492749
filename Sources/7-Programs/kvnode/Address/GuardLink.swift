import BinaryCodec
import CProcess
import Determinism
import Glibc
import GuardProtocol
import NIOCore
import NIOPosix

/// A connection to the guard, on the node's event loop.
///
/// Replies arrive as the loop reads them; `await` reads them itself, for the one moment when the
/// node must not go on before the guard has answered. Both happen on one thread, and the socket
/// keeps packets apart, so that each is read once and whole by either.
final class GuardLink {
  /// Why there is no connection; in words.
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  private let descriptor: Int32
  private var channel: (any Channel)?
  private var buffer = [UInt8](repeating: 0, count: GuardProtocol.Limits.replyBytes)
  private var isClosed = false
  /// Hears every reply; called on the loop.
  private let heard: (GuardReply) -> Void
  /// Hears of the end, once, and why; called on the loop.
  private let ended: (String) -> Void

  /// Connects, and says nothing yet. Returns at once: the guard is on this host.
  init(
    to path: String, on loop: any EventLoop, heard: @escaping (GuardReply) -> Void,
    ended: @escaping (String) -> Void
  ) throws(Fault) {
    descriptor = try Self.connect(path)
    self.heard = heard
    self.ended = ended
    let copy = dup(descriptor)
    guard copy >= 0 else {
      close(descriptor)
      throw Fault(description: "no descriptor is left: \(String(cString: strerror(errno)))")
    }
    let this = NIOLoopBound(self, eventLoop: loop)
    NIOPipeBootstrap(group: loop)
      // The longest packet fits: a packet that does not is cut short, not continued.
      .channelOption(
        .recvAllocator,
        value: FixedSizeRecvByteBufferAllocator(capacity: GuardProtocol.Limits.replyBytes)
      )
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Reader(this.value))
        }
      }
      .takingOwnershipOfDescriptor(input: copy)
      .assumeIsolated()
      .whenComplete { result in
        switch result {
        case .success(let channel) where self.isClosed: channel.close(promise: nil)
        case .success(let channel): self.channel = channel
        case .failure(let error):
          Glibc.close(copy)
          self.end("the connection to the guard cannot be read: \(error)")
        }
      }
  }

  deinit { close(descriptor) }

  /// False: the guard takes nothing now, or is gone; of the latter, `ended` tells.
  ///
  /// - Parameter sockets: copies of them go along; they stay the caller's.
  func send(_ request: GuardRequest, passing sockets: [Int32] = []) -> Bool {
    guard !isClosed else { return false }
    let packet = request.bytes
    let sent = process_send_passing(
      descriptor, packet, packet.count, sockets, Int32(sockets.count))
    return sent == packet.count
  }

  /// Blocks until a reply passes `isAnswer`, the connection ends or the deadline comes; whatever
  /// arrives meanwhile is heard as usual. True: the answer came.
  func await(
    until deadline: Instant, now: () -> Instant, _ isAnswer: (GuardReply) -> Bool
  ) -> Bool {
    while !isClosed {
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        guard let reply = read(buffer[..<count]) else { return false }
        heard(reply)
        if isAnswer(reply) { return true }
      } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
        end("the guard is gone")
      } else {
        let left = deadline.since(now())
        guard left > .zero else { return false }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        Glibc.poll(&poll, 1, Int32(clamping: (left + .nanoseconds(999_999)).milliseconds))
      }
    }
    return false
  }

  /// Hangs up: the guard lets go of everything. `ended` is not told.
  func hangUp() {
    guard !isClosed else { return }
    isClosed = true
    // The copies share one connection: this ends it for all of them.
    shutdown(descriptor, Int32(SHUT_RDWR))
    channel?.close(promise: nil)
    channel = nil
  }

  private func end(_ reason: String) {
    guard !isClosed else { return }
    hangUp()
    ended(reason)
  }

  private func read(_ packet: Bytes) -> GuardReply? {
    do {
      return try GuardReply(packet: packet)
    } catch {
      end("a message of the guard makes no sense: \(error); is it of another version?")
      return nil
    }
  }

  /// Whether anybody listens there.
  static func answers(at path: String) -> Bool {
    guard let descriptor = try? connect(path) else { return false }
    close(descriptor)
    return true
  }

  private static func connect(_ path: String) throws(Fault) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw Fault(description: "\(path) is too long for a socket")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let kind = SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = socket(AF_UNIX, Int32(kind), 0)
    let result = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard descriptor >= 0, result == 0 else {
      let code = errno
      if descriptor >= 0 { close(descriptor) }
      throw Fault(description: words(code, path))
    }
    return descriptor
  }

  private static func words(_ code: Int32, _ path: String) -> String {
    switch code {
    case ENOENT, ECONNREFUSED: "no vipguard listens at \(path) (vip.guard): start it"
    case EACCES: "\(path) (vip.guard) is not for this user: start vipguard with --uid \(getuid())"
    case EAGAIN: "the vipguard at \(path) answers nobody"
    case _: "\(path) (vip.guard): \(String(cString: strerror(code)))"
    }
  }

  /// Hands on what the loop reads.
  private final class Reader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let link: GuardLink

    init(_ link: GuardLink) { self.link = link }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let packet = unwrapInboundIn(data)
      guard !link.isClosed, let reply = link.read(Array(packet.readableBytesView)[...]) else {
        return
      }
      link.heard(reply)
    }

    func channelInactive(context: ChannelHandlerContext) { link.end("the guard is gone") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      link.end("the connection to the guard broke: \(error)")
    }
  }
}
