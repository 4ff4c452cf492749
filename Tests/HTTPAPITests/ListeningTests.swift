import ClientProtocol
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import HTTPAPI

@Suite("On real sockets", .serialized)
struct ListeningTests {
  private static let put =
    "PUT /v1/kv/a HTTP/1.1\r\nHost: q\r\nContent-Length: 1\r\n\r\nx"

  private func freeAddress() async throws -> SocketAddress {
    let server = try await LoopbackServer()
    let address = try await server.listen()
    try await server.drain()
    return address
  }

  @Test("a conversation over a socket, to its end")
  func conversation() async throws {
    let server = try await LoopbackServer()
    let address = try await server.listen()
    let client = try LoopbackClient(address)
    client.send(Self.put + "GET /livez HTTP/1.1\r\nHost: q\r\nConnection: close\r\n\r\n")
    let (bytes, ending) = client.receiveAll()
    #expect(try Response.all(in: bytes, toHead: false).map(\.status) == [200, 200])
    #expect(ending == .closed)
    try await server.drain()
  }

  @Test("a connection whose listener closes before it is registered goes without harm")
  func unregistered() throws {
    let loop = EmbeddedEventLoop()
    let channel = EmbeddedChannel(loop: loop)
    let server = HTTPServer(on: loop, port: FakeNode())
    try server.adopt(channel, by: Listener())
    #expect(server.connectionCount == 1)
    _ = try? channel.finish(acceptAlreadyClosed: true)
    loop.run()
    #expect(server.connectionCount == 0)
  }

  @Test("a client that half-closes still gets its answer")
  func halfClose() async throws {
    let server = try await LoopbackServer()
    let client = try LoopbackClient(try await server.listen())
    client.send(Self.put)
    client.sendEnd()
    let (bytes, ending) = client.receiveAll()
    #expect(try Response.all(in: bytes, toHead: false).map(\.status) == [200])
    #expect(ending == .closed)
    try await server.drain()
  }

  @Test("a refusal reaches a client that goes on sending its body")
  func refusalDuringBody() async throws {
    let server = try await LoopbackServer()
    let client = try LoopbackClient(try await server.listen())
    client.send("PUT /v1/kv/a HTTP/1.1\r\nHost: q\r\nContent-Length: 99999999\r\n\r\n")
    guard case .data(let bytes) = client.receive() else {
      Issue.record("no refusal came")
      return
    }
    #expect(try Response.all(in: bytes, toHead: false).map(\.status) == [413])
    // Were the socket closed outright, the kernel would answer the first of these with a reset.
    for _ in 0..<20 {
      let isSent = client.send(String(repeating: "x", count: 32 << 10))
      #expect(isSent)
    }
    client.sendEnd()
    let ending = client.receive()
    #expect(ending == .closed)
    try await server.drain()
  }

  @Test("pitfall 65: giving the address up resets its connections and leaves the others alone")
  func virtualAddress() async throws {
    let server = try await LoopbackServer()
    let fixed = try LoopbackClient(try await server.listen())
    let address = try await freeAddress()
    try await server.openVirtualAddress(address)
    let busy = try LoopbackClient(address)
    busy.send(Self.put)
    _ = busy.receive()
    try await server.closeVirtualAddress()
    #expect(busy.receive() == .reset)
    #expect(throws: IOError.self) { _ = try LoopbackClient(address) }
    fixed.send(Self.put)
    guard case .data = fixed.receive() else {
      Issue.record("the connection of the other address was closed")
      return
    }
    #expect(try await server.connectionCount == 1)
    try await server.drain()
  }

  @Test("two servers never listen on the address at once, and the next gets it when it is free")
  func oneHolder() async throws {
    let first = try await LoopbackServer()
    let second = try await LoopbackServer()
    let address = try await freeAddress()
    try await first.openVirtualAddress(address)
    let client = try LoopbackClient(address)
    client.send(Self.put)
    _ = client.receive()
    await #expect(throws: IOError.self) { try await second.openVirtualAddress(address) }
    try await first.closeVirtualAddress()
    try await second.openVirtualAddress(address)
    let again = try LoopbackClient(address)
    again.send(Self.put)
    guard case .data = again.receive() else {
      Issue.record("the new holder does not answer")
      return
    }
    try await second.drain()
    try await first.drain()
  }

  @Test("pitfall 65: bound in advance it serves while it is held, and resets whoever comes else")
  func inAdvance() async throws {
    let server = try await LoopbackServer()
    let address = try await freeAddress()
    let watcher = FakeWatcher()
    try await server.standBy(on: address, watcher: watcher)
    for _ in 0..<2 {
      let early = try LoopbackClient(address)
      // A reset that is faster than the request is told by the sending already.
      let isSent = early.send(Self.put)
      #expect(early.receive() == .reset || !isSent)
      try await server.admitToVirtualAddress()
      let client = try LoopbackClient(address)
      client.send(Self.put)
      guard case .data = client.receive() else {
        Issue.record("the holder does not answer")
        return
      }
      try await server.resetVirtualAddress()
      #expect(client.receive() == .reset)
    }
    try await server.drain()
    #expect(watcher.opened.count == 2 && watcher.closed == watcher.opened)
  }

  @Test("an address that this host does not have can be listened on in advance")
  func freeBind() async throws {
    let server = try await LoopbackServer()
    for text in ["10.255.77.1", "fd77:ffff::1"] {
      let address = try SocketAddress(ipAddress: text, port: 17_379)
      let other = try await LoopbackServer()
      try await other.standBy(on: address)
      try await other.drain()
    }
    try await server.drain()
  }

  @Test("an address closed while it is being bound stays closed")
  func closedWhileBinding() async throws {
    let server = try await LoopbackServer()
    let address = try await freeAddress()
    await #expect(throws: ChannelError.self) {
      try await server.openAndCloseVirtualAddress(address)
    }
    #expect(throws: IOError.self) { _ = try LoopbackClient(address) }
    try await server.drain()
  }

  @Test("draining closes idle connections and resets what does not end in time")
  func draining() async throws {
    let server = try await LoopbackServer(answer: nil)
    let address = try await server.listen()
    let idle = try LoopbackClient(address)
    idle.send("GET /livez HTTP/1.1\r\nHost: q\r\n\r\n")
    _ = idle.receive()
    let stuck = try LoopbackClient(address)
    stuck.send("GET /livez HTTP/1.1\r\nHost: q\r\n\r\n")
    _ = stuck.receive()
    stuck.send(Self.put)
    try await server.drain()
    #expect(idle.receive() == .closed)
    #expect(stuck.receive() != .timedOut)
    #expect(throws: IOError.self) { _ = try LoopbackClient(address) }
  }

  @Test("a reader that takes nothing is cut off")
  func slowReader() async throws {
    var limits = Limits()
    limits.tickMilliseconds = 10
    limits.stalledTicks = 10
    let value = [UInt8](repeating: 1, count: 1 << 20)[...]
    let server = try await LoopbackServer(limits, answer: .found([.example("a", value)]))
    let client = try LoopbackClient(try await server.listen(), receiveBuffer: 4096)
    let get = "GET /v1/kv/a?raw HTTP/1.1\r\nHost: q\r\n\r\n"
    // More than the kernel holds for both sides: the server must keep the rest, or cut us off.
    client.send(String(repeating: get, count: 40))
    while try await server.connectionCount > 0 { await Task.yield() }
    let (bytes, ending) = client.receiveAll()
    #expect(bytes.count < 40 << 20)
    #expect(ending == .reset)
    try await server.drain()
  }
}
