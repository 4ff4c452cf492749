import Faults
import Glibc
import RaftTypes
import Testing

@testable import LiveCluster

@Suite("The proxy between sockets")
struct ProxyNetworkTests {
  private let one = NodeID(1)
  private let two = NodeID(2)

  @Test("a one-way cut stops one direction and lets the other pass")
  func oneWayCut() async throws {
    let host = LoopbackBlock.random().host(1)
    let network = try ProxyNetwork([one, two], host: host, seed: 1)
    defer { network.close() }
    let acceptor = try LoopbackSocket.listening(host, 21202)
    let dialer = try LoopbackSocket.connecting(host, 21102)
    defer {
      close(acceptor)
      close(dialer)
    }
    let hello = Frames.hello(from: 1, inCluster: true)
    try #require(send(dialer, hello, hello.count, 0) == hello.count)
    try #require(ready(acceptor))
    let accepted = try #require(LoopbackSocket.accepted(acceptor))
    defer { close(accepted) }
    #expect(receive(accepted, hello.count) == hello)

    try network.set(.making { $0.isCut = true }, on: Path(from: one, to: two))
    let (there, back) = (Frames.raft(1), Frames.raft(2))
    try #require(send(dialer, there, there.count, 0) == there.count)
    try #require(send(accepted, back, back.count, 0) == back.count)
    // What passes the other way shows that the proxy has had its turn.
    #expect(receive(dialer, back.count) == back)
    #expect(receive(accepted, there.count, patience: 50) == [])

    try network.set(.none, on: Path(from: one, to: two))
    #expect(receive(accepted, there.count) == there)
    #expect(try network.effects(on: Path(from: one, to: two)).cut == 1)
    #expect(try network.effects(on: Path(from: two, to: one)).cut == 0)
  }

  @Test("who dials a node that is not there is hung up on")
  func nobodyThere() throws {
    let host = LoopbackBlock.random().host(1)
    let network = try ProxyNetwork([one, two], host: host, seed: 1)
    defer { network.close() }
    let dialer = try LoopbackSocket.connecting(host, 21102)
    defer { close(dialer) }
    let hello = Frames.hello(from: 1, inCluster: true)
    _ = send(dialer, hello, hello.count, Int32(MSG_NOSIGNAL))
    try #require(ready(dialer))
    var byte: UInt8 = 0
    #expect(recv(dialer, &byte, 1, 0) <= 0)
  }

  private func ready(_ socket: Int32, patience: Int32 = 10_000) -> Bool {
    var interest = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&interest, 1, patience) == 1
  }

  private func receive(_ socket: Int32, _ count: Int, patience: Int32 = 10_000) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count, ready(socket, patience: patience) {
      var buffer = [UInt8](repeating: 0, count: count - bytes.count)
      let received = recv(socket, &buffer, buffer.count, 0)
      guard received > 0 else { break }
      bytes += buffer[..<received]
    }
    return bytes
  }
}
