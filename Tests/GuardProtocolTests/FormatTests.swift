import BinaryCodec
import Determinism
import GuardProtocol
import NetworkTypes
import RaftTypes
import Testing

@Suite("What kvnode and its guard say to each other")
struct FormatTests {
  @Test("every request and every reply is read as it was written")
  func roundTrip() throws {
    var examples = Examples(seed: 1)
    for _ in 0..<2000 {
      let request = examples.request()
      #expect(try GuardRequest(packet: request.bytes[...]) == request)
      let reply = try examples.reply()
      #expect(try GuardReply(packet: reply.bytes[...]) == reply)
    }
  }

  @Test("a packet that was cut short, or has a byte too many, is refused")
  func otherLengths() throws {
    var examples = Examples(seed: 2)
    for _ in 0..<200 {
      let request = examples.request().bytes
      let reply = try examples.reply().bytes
      for count in 0..<request.count {
        #expect(throws: DecodingFault.self) { try GuardRequest(packet: request[..<count]) }
      }
      for count in 0..<reply.count {
        #expect(throws: DecodingFault.self) { try GuardReply(packet: reply[..<count]) }
      }
      #expect(throws: DecodingFault.trailing(1)) { try GuardRequest(packet: (request + [0])[...]) }
      #expect(throws: DecodingFault.trailing(1)) { try GuardReply(packet: (reply + [0])[...]) }
    }
  }

  @Test("bytes of any kind are read or refused, and what is read is written the same")
  func noise() throws {
    var examples = Examples(seed: 3)
    for _ in 0..<20_000 {
      var packet = examples.request().bytes
      packet[Int(examples.dice.below(UInt64(packet.count)))] = examples.bytes(1)[0]
      if let request = try? GuardRequest(packet: packet[...]) { #expect(request.bytes == packet) }
      packet = try examples.reply().bytes
      packet[Int(examples.dice.below(UInt64(packet.count)))] = examples.bytes(1)[0]
      if let reply = try? GuardReply(packet: packet[...]) { #expect(reply.bytes == packet) }
    }
  }

  @Test("another version, and a kind that nobody knows, are named")
  func strangers() {
    #expect(throws: DecodingFault.unknown("version", value: 2)) {
      try GuardRequest(packet: [2, 2])
    }
    #expect(throws: DecodingFault.unknown("version", value: 0)) { try GuardReply(packet: [0, 3]) }
    for kind in [UInt8(0), 9, 255] {
      #expect(throws: DecodingFault.unknown("request", value: UInt64(kind))) {
        try GuardRequest(packet: [1, kind])
      }
    }
    for kind in [UInt8(0), 10, 255] {
      #expect(throws: DecodingFault.unknown("reply", value: UInt64(kind))) {
        try GuardReply(packet: [1, kind])
      }
    }
  }

  @Test("a sentence that is too long is cut between two characters")
  func longSentence() throws {
    let long = String(repeating: "é", count: 1000)
    for prefix in ["", "a"] {
      let bytes = GuardReply.unusable(prefix + long).bytes
      guard case .unusable(let text) = try GuardReply(packet: bytes[...]) else {
        Issue.record("read as something else")
        return
      }
      #expect((prefix + long).hasPrefix(text))
      #expect((511...512).contains(text.utf8.count))
    }
  }

  @Test("the longest messages fit their packets")
  func longest() throws {
    let far = IPAddress.unspecified(.v6)
    let flow = Flow(local: far, localPort: 1, remote: far, remotePort: 2)
    let flows = [Flow](repeating: flow, count: Limits.flows)
    #expect(GuardRequest.tickle(flows).bytes.count <= Limits.requestBytes)
    var examples = Examples(seed: 4)
    let standing = GuardStanding(
      tier: .lifetimeOnly(String(repeating: "x", count: 10_000)), hardware: try examples.hardware())
    let standings = [GuardStanding](repeating: standing, count: Limits.addresses)
    #expect(GuardReply.ready(standings).bytes.count <= Limits.replyBytes)
  }
}
