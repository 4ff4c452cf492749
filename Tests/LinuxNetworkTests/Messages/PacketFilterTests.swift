import Determinism
import NetworkTypes
import Testing

@testable import LinuxNetwork

@Suite("Packet filter")
struct PacketFilterTests {
  /// Runs the program as bpf(4) describes it; zero lets nothing pass, and so does a load beyond the
  /// frame.
  private func run(_ filter: PacketFilter, over frame: [UInt8]) -> UInt32 {
    var accumulator: UInt32 = 0
    var index = 0
    while index < filter.instructions.count {
      let instruction = filter.instructions[index]
      let offset = Int(instruction.value)
      switch instruction.code {
      case 0x20:
        guard let word = ByteOrder.network(frame[...], at: offset, as: UInt32.self) else {
          return 0
        }
        accumulator = word
      case 0x30:
        guard offset < frame.count else { return 0 }
        accumulator = UInt32(frame[offset])
      case 0x15:
        let isEqual = accumulator == instruction.value
        index += Int(isEqual ? instruction.ifTrue : instruction.ifFalse)
      case 0x06: return instruction.value
      default: Issue.record("no such code: \(instruction)")
      }
      index += 1
    }
    Issue.record("the program has no end")
    return 0
  }

  @Test("every frame that says something about the address passes, and hardly any other")
  func oracle() throws {
    var dice = Dice(seed: 26)
    let vip = try #require(IPAddress("10.77.0.100"))
    let vip6 = try #require(IPAddress("fd77::100"))
    let own = try #require(HardwareAddress("02:00:00:00:00:01"))
    let other = try #require(HardwareAddress("02:00:00:00:00:02"))
    let (filter, filter6) = (PacketFilter(for: vip), PacketFilter(for: vip6))
    var passed = 0
    for _ in 0..<5000 {
      var frame =
        ARPFrame.announcements(of: vip, at: other)[Int(dice.below(2))].bytes
        + [UInt8](repeating: 0, count: 18)
      var frame6 =
        dice.chance(1, in: 2)
        ? NeighbourFrame.announcement(of: vip6, at: other).bytes
        : NeighbourFrame.probe(for: vip6, from: other).bytes
      // Up to two bytes change; the frame may then be about nothing, or about something else.
      for _ in 0..<dice.below(3) {
        frame[14 + Int(dice.below(28))] = UInt8(dice.below(256))
        frame6[14 + Int(dice.below(64))] = UInt8(dice.below(256))
      }
      let meansSomething = ARPFrame(frame)?.event(about: vip, to: own) != nil
      let speaksOfIt =
        frame[28..<32].elementsEqual(vip.bytes) || frame[38..<42].elementsEqual(vip.bytes)
      let passes = run(filter, over: frame) != 0
      #expect(passes == speaksOfIt)
      #expect(passes || !meansSomething)
      let meansSomething6 = NeighbourFrame(frame6)?.event(about: vip6, to: own) != nil
      let speaksOfIt6 =
        frame6[20] == 58 && [135, 136].contains(frame6[54])
        && frame6[62..<78].elementsEqual(vip6.bytes)
      let passes6 = run(filter6, over: frame6) != 0
      #expect(passes6 == speaksOfIt6)
      #expect(passes6 || !meansSomething6)
      passed += passes ? 1 : 0
    }
    #expect(passed > 1000)
  }

  @Test("a frame that ends early does not pass")
  func short() throws {
    let filter = PacketFilter(for: try #require(IPAddress("fd77::100")))
    for count in [0, 20, 54, 62, 74] {
      #expect(run(filter, over: [UInt8](repeating: 58, count: count)) == 0)
    }
  }

  @Test("an instruction has the eight bytes of struct sock_filter")
  func layout() {
    let instruction = PacketFilter.Instruction(
      code: 0x15, ifTrue: 1, ifFalse: 2, value: 0x0a4d_0064)
    #expect(
      instruction.bytes == ByteOrder.host(UInt16(0x15)) + [1, 2]
        + ByteOrder.host(UInt32(0x0a4d_0064)))
  }
}
