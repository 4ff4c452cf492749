import CProcess
import Glibc
import GuardProtocol
import RaftTypes
import Testing

@testable import vipguard

@Suite("A node's last will")
struct LastWillTests {
  @Test("is spoken when its process is gone, after gate and address")
  func spoken() throws {
    let bench = try Bench()
    _ = try bench.keeper.receive(.lastWill([1, 2, 3]))
    try bench.hold(1, for: Sample.ms(300))
    try bench.keeper.clientGone(isDead: true)
    #expect(bench.machine.take() == [.reset, .shut, .removed, .spoken, .dismantled])
  }

  @Test("is not spoken by a guard that stops while its node lives")
  func alive() throws {
    let bench = try Bench()
    _ = try bench.keeper.receive(.lastWill([1]))
    try bench.hold(1, for: Sample.ms(300))
    try bench.keeper.clientGone(isDead: false)
    #expect(!bench.machine.take().contains(.spoken))
  }

  @Test("pitfall 70: is not spoken for a claim that was never granted, nor for one given back")
  func nothingHeld() throws {
    for isGivenBack in [false, true] {
      let bench = try Bench()
      _ = try bench.keeper.receive(.lastWill([1]))
      if isGivenBack {
        try bench.hold(1, for: Sample.ms(300))
        _ = try bench.keeper.receive(.release(Term(1)))
      } else {
        _ = try bench.claim(1, for: Sample.ms(300))
      }
      try bench.keeper.clientGone(isDead: true)
      #expect(!bench.machine.take().contains(.spoken))
    }
  }

  @Test("is not spoken when neither gate nor address would go")
  func stuck() throws {
    let bench = try Bench()
    _ = try bench.keeper.receive(.lastWill([1]))
    try bench.hold(1, for: Sample.ms(300))
    bench.machine.failing = [.shut, .removed]
    #expect(throws: (any Error).self) { try bench.keeper.clientGone(isDead: true) }
    #expect(!bench.machine.take().contains(.spoken))
  }

  @Test("travels with its sockets, and is heard at their other ends after the sender's are closed")
  func sockets() throws {
    var (guarded, peers): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    let kind = Int32(SOCK_STREAM.rawValue)
    #expect(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &guarded) == 0)
    #expect(socketpair(AF_UNIX, kind, 0, &peers) == 0)
    let packet = GuardRequest.lastWill([7, 8]).bytes
    #expect(process_send_passing(guarded[0], packet, packet.count, [peers[0]], 1) == packet.count)
    close(peers[0])
    var bytes = [UInt8](repeating: 0, count: 512)
    var passed = [Int32](repeating: -1, count: Int(process_passed_most))
    var count: Int32 = 0
    let length = process_receive_passed(guarded[1], &bytes, bytes.count, &passed, &count)
    #expect(try GuardRequest(packet: bytes[..<length]) == .lastWill([7, 8]) && count == 1)
    do {
      let will = LastWill([7, 8], to: passed.prefix(Int(count)).map { PassedSocket($0) })
      will.speak()
    }
    var heard = [UInt8](repeating: 0, count: 8)
    #expect(read(peers[1], &heard, 8) == 2 && heard.prefix(2) == [7, 8])
    #expect(read(peers[1], &heard, 8) == 0, "the guard's copy was the last")
    for descriptor in guarded + [peers[1]] { close(descriptor) }
  }
}
