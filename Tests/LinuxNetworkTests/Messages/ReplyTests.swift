import Determinism
import NetworkTypes
import Testing

@testable import LinuxNetwork

@Suite("Replies")
struct ReplyTests {
  @Test("whatever bytes come, they are read or refused, never trusted")
  func anything() {
    var dice = Dice(seed: 16)
    var read = 0
    for _ in 0..<20_000 {
      var bytes = (0..<dice.below(120)).map { _ in UInt8(dice.below(256)) }
      // Most random lengths are absurd; make some plausible, so that what is behind is read.
      if bytes.count >= 16, dice.chance(3, in: 4) {
        bytes.replaceSubrange(0..<4, with: ByteOrder.host(UInt32(bytes.count)))
        bytes.replaceSubrange(4..<6, with: ByteOrder.host(UInt16(dice.below(24))))
      }
      for reply in NetlinkReply.all(in: bytes) ?? [] {
        read += 1
        _ = (reply.code, reply.attributes(after: 8).count, reply.wasInterrupted)
        _ = (ConfiguredAddress(reply), LinkState(reply), SocketDiagnosis.Entry(reply))
      }
    }
    #expect(read > 5000)
  }

  @Test("whatever frame comes, it is read or refused")
  func anyFrame() {
    var dice = Dice(seed: 17)
    for _ in 0..<20_000 {
      var frame = (0..<dice.below(130)).map { _ in UInt8(dice.below(256)) }
      if frame.count > 60, dice.chance(1, in: 2) {
        frame.replaceSubrange(12..<14, with: [0x86, 0xdd])
        frame[20] = 58
        frame[21] = 255
        frame[54] = 136
      }
      _ = (ARPFrame(frame), NeighbourFrame(frame))
    }
  }

  @Test("an error's number is positive, and zero acknowledges")
  func codes() throws {
    for (code, expected) in [(Int32(-17), Int32(17)), (0, 0), (.min, .max)] {
      let message = NetlinkMessage(2, [], header: ByteOrder.host(code))
      let reply = try #require(NetlinkReply.all(in: message.sealed(7))?.first)
      #expect(reply.code == expected)
      #expect(reply.sequence == 7)
    }
  }

  @Test("a length that leads out of the datagram spoils all of it")
  func overlong() {
    var bytes = NetlinkMessage(2, [], header: [0, 0, 0, 0]).sealed(1)
    bytes.replaceSubrange(0..<4, with: ByteOrder.host(UInt32(21)))
    #expect(NetlinkReply.all(in: bytes) == nil)
    bytes.replaceSubrange(0..<4, with: ByteOrder.host(UInt32(15)))
    #expect(NetlinkReply.all(in: bytes) == nil)
  }
}

@Suite("Acknowledgements")
struct AcknowledgementTests {
  /// What comes of these answers (number and code) to the messages 5 to 7, of which 6 and 7 ask.
  private func outcome(_ answers: [(UInt32, Int32)]) -> NetworkFault? {
    var acknowledgements = Acknowledgements(to: 5...7, expecting: 2)
    for (sequence, code) in answers {
      let bytes = NetlinkMessage(2, [], header: ByteOrder.host(code)).sealed(sequence)
      for reply in NetlinkReply.all(in: bytes) ?? [] { acknowledgements.note(reply) }
    }
    do {
      try acknowledgements.settle("ask")
      return nil
    } catch { return error }
  }

  @Test("a request succeeds once all of it is acknowledged")
  func success() { #expect(outcome([(6, 0), (7, 0)]) == nil) }

  @Test("silence is no consent")
  func silence() {
    #expect(outcome([]) == .unreadable(operation: "ask"))
    #expect(outcome([(6, 0)]) == .unreadable(operation: "ask"))
  }

  @Test("answers to an earlier request do not count")
  func earlier() { #expect(outcome([(6, 0), (4, 0)]) == .unreadable(operation: "ask")) }

  @Test("the first refusal counts, also that of a message that asked for nothing")
  func refusal() {
    #expect(outcome([(6, 0), (7, -17), (7, -2)]) == .refused(operation: "ask", code: 17))
    #expect(outcome([(5, -1)]) == .notPermitted(operation: "ask"))
    #expect(outcome([(5, -95)]) == .unsupported("ask"))
  }
}
