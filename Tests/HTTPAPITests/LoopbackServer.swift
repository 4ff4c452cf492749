import ClientProtocol
import Glibc
import NIOCore
import NIOPosix
import RaftTypes
import Synchronization

@testable import HTTPAPI

/// A server on a real socket of the loopback interface, with a node that answers every request at
/// once.
final class LoopbackServer: Sendable {
  private let loop: any EventLoop
  private let server: NIOLoopBound<HTTPServer>
  private let node: NIOLoopBound<FakeNode>

  init(_ limits: Limits = Limits(), answer: ClientReply.Body? = .put(41)) async throws {
    loop = MultiThreadedEventLoopGroup.singleton.next()
    let loop = loop
    (server, node) = try await loop.submit {
      let node = FakeNode()
      node.answer = answer
      let server = HTTPServer(on: loop, port: node, limits: limits)
      server.start()
      return (NIOLoopBound(server, eventLoop: loop), NIOLoopBound(node, eventLoop: loop))
    }.get()
  }

  func listen() async throws -> SocketAddress {
    let server = server
    let any = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
    return try await loop.flatSubmit { server.value.listen(on: any) }.get()
  }

  func openVirtualAddress(_ address: SocketAddress) async throws {
    let server = server
    try await loop.flatSubmit { server.value.openVirtualAddress(address) }.get()
  }

  func closeVirtualAddress() async throws {
    let server = server
    try await loop.submit { server.value.closeVirtualAddress() }.get()
  }

  /// Both in one turn of the event loop.
  func openAndCloseVirtualAddress(_ address: SocketAddress) async throws {
    let server = server
    try await loop.flatSubmit {
      let opened = server.value.openVirtualAddress(address)
      server.value.closeVirtualAddress()
      return opened
    }.get()
  }

  /// Listens in advance on an address that this host need not have.
  func standBy(on address: SocketAddress, watcher: FakeWatcher? = nil) async throws {
    let server = server
    try await loop.flatSubmit {
      server.value.virtualConnectionWatcher = watcher
      return server.value.standBy(on: [address])
    }.get()
  }

  func admitToVirtualAddress() async throws {
    let server = server
    try await loop.submit { server.value.admitToVirtualAddress() }.get()
  }

  func resetVirtualAddress() async throws {
    let server = server
    try await loop.submit { server.value.resetVirtualAddress() }.get()
  }

  func drain() async throws {
    let server = server
    try await loop.flatSubmit { server.value.drain(within: .milliseconds(50)) }.get()
  }

  /// Answers so many calls, once all have come, in one turn: the last one first.
  func replyBackwards(to count: Int, _ body: ClientReply.Body) async throws {
    let node = node
    while try await loop.submit({ node.value.asked.count < count }).get() { await Task.yield() }
    try await loop.submit {
      for place in (0..<count).reversed() { node.value.reply(body, to: place) }
    }.get()
  }

  /// Snapshots being downloaded, and bytes that are held for requests and answers.
  var load: (downloads: Int, heldBytes: Int) {
    get async throws {
      let server = server
      return try await loop.submit {
        (server.value.gauges.downloads, server.value.gauges.heldBytes)
      }.get()
    }
  }

  var connectionCount: Int {
    get async throws {
      let server = server
      return try await loop.submit { server.value.connectionCount }.get()
    }
  }
}

/// Counts what a server says of connections through the cluster's address.
final class FakeWatcher: VirtualConnectionWatcher, Sendable {
  private let ports = Mutex<(opened: [Int?], closed: [Int?])>(([], []))

  var opened: [Int?] { ports.withLock { $0.opened } }
  var closed: [Int?] { ports.withLock { $0.closed } }

  func opened(local: SocketAddress, remote: SocketAddress) {
    ports.withLock { $0.opened.append(remote.port) }
  }

  func closed(local: SocketAddress, remote: SocketAddress) {
    ports.withLock { $0.closed.append(remote.port) }
  }
}

/// A client's blocking socket; every wait is bounded by five seconds.
struct LoopbackClient: ~Copyable {
  private let descriptor: Int32

  /// What the other side's end looks like from here.
  enum Ending: Equatable {
    case closed
    case reset
    case timedOut
    case data([UInt8])
  }

  init(_ address: SocketAddress, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    let length = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, length)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, length)
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    let descriptor = descriptor
    let result = address.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
    guard result == 0 else { throw IOError(errnoCode: errno, reason: "connect") }
  }

  deinit { close(descriptor) }

  /// False when the other side does not take it all.
  @discardableResult
  func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  func sendEnd() { shutdown(descriptor, Int32(SHUT_WR)) }

  func receive() -> Ending {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    if count > 0 { return .data(Array(bytes.prefix(count))) }
    if count == 0 { return .closed }
    return errno == ECONNRESET ? .reset : .timedOut
  }

  /// Everything up to the end, and how it ended.
  func receiveAll() -> (bytes: [UInt8], ending: Ending) {
    var bytes: [UInt8] = []
    while true {
      switch receive() {
      case .data(let more): bytes += more
      case .closed: return (bytes, .closed)
      case .reset: return (bytes, .reset)
      case .timedOut: return (bytes, .timedOut)
      }
    }
  }
}
