import NetworkTypes
import Testing

@testable import LinuxNetwork

@Suite("Frames")
struct FrameTests {
  private let vip: IPAddress
  private let vip6: IPAddress
  private let own: HardwareAddress
  private let other: HardwareAddress

  init() throws {
    vip = try #require(IPAddress("10.77.0.100"))
    vip6 = try #require(IPAddress("fd77::100"))
    own = try #require(HardwareAddress("02:00:00:00:00:01"))
    other = try #require(HardwareAddress("02:00:00:00:00:02"))
  }

  @Test("RFC 5227 §2.3: announcements name the address as sender and as target, to everybody")
  func announcement() {
    let head: [UInt8] = [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0]
    #expect(
      ARPFrame.announcements(of: vip, at: own).map(\.bytes) == [
        head + [1, 2, 0, 0, 0, 0, 1, 10, 77, 0, 100, 0, 0, 0, 0, 0, 0, 10, 77, 0, 100],
        head + [2, 2, 0, 0, 0, 0, 1, 10, 77, 0, 100, 2, 0, 0, 0, 0, 1, 10, 77, 0, 100],
      ])
  }

  @Test("RFC 5227 §2.1.1: a probe has no sender address")
  func probe() {
    let bytes = ARPFrame.probe(for: vip, from: own).bytes
    #expect(bytes[20...21] == [0, 1])
    #expect(bytes[28...31] == [0, 0, 0, 0])
    #expect(bytes[38...41] == [10, 77, 0, 100])
  }

  @Test("RFC 4861 §4.4: the unsolicited advertisement, byte for byte")
  func advertisement() {
    let bytes = NeighbourFrame.announcement(of: vip6, at: own).bytes
    let zeros = [UInt8](repeating: 0, count: 12)
    let address: [UInt8] = [0xfd, 0x77] + zeros + [1, 0]
    let head: [UInt8] = [0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0x86, 0xdd]
    let ip: [UInt8] = [0x60, 0, 0, 0, 0, 32, 58, 255] + address + [0xff, 2] + zeros + [0, 1]
    // Summed by hand: fd77 + 0100 + ff02 + 1 + 32 + 58 + 8800 + 2000 + fd77 + 0100 + 0201 + 0200
    // + 1, with 32 and 58 in decimal, is 4a84c; folded a850, its complement 57af.
    let message: [UInt8] =
      [136, 0, 0x57, 0xaf, 0x20, 0, 0, 0] + address + [2, 1, 2, 0, 0, 0, 0, 1]
    #expect(bytes == head + ip + message)
  }

  @Test("RFC 4862 §5.4.2: the probe goes to the solicited-node group, from nobody")
  func solicitation() {
    let bytes = NeighbourFrame.probe(for: vip6, from: own).bytes
    #expect(bytes[0..<6] == [0x33, 0x33, 0xff, 0, 1, 0])
    #expect(bytes[22..<38].allSatisfy { $0 == 0 })
    #expect(Array(bytes[38..<54]) == [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 1, 0])
    #expect(bytes.count == 78)
  }

  @Test("what is written is read again")
  func roundTrip() {
    for frame in ARPFrame.announcements(of: vip, at: own) + [.probe(for: vip, from: own)] {
      #expect(ARPFrame(frame.bytes + [UInt8](repeating: 0, count: 18)) == frame)
    }
    for frame in [
      NeighbourFrame.announcement(of: vip6, at: own), .probe(for: vip6, from: own),
    ] {
      #expect(NeighbourFrame(frame.bytes) == frame)
    }
  }

  @Test("a frame means nothing to its own sender, nor about another address")
  func irrelevant() throws {
    let elsewhere = try #require(IPAddress("10.77.0.101"))
    let frame = ARPFrame.announcements(of: vip, at: other)[0]
    #expect(frame.event(about: vip, to: own) == .claimed(by: other))
    #expect(frame.event(about: vip, to: other) == nil)
    #expect(frame.event(about: elsewhere, to: own) == nil)
    let advertisement = NeighbourFrame.announcement(of: vip6, at: other)
    #expect(advertisement.event(about: vip6, to: own) == .claimed(by: other))
    #expect(advertisement.event(about: vip6, to: other) == nil)
  }

  @Test("RFC 4861 §7.1: what came through a router, or is damaged, is ignored", arguments: 0..<78)
  func damage(position: Int) {
    var bytes = NeighbourFrame.announcement(of: vip6, at: other).bytes
    // Ethernet's addresses, and the traffic class and flow label, are not under the checksum.
    if position < 12 || (14..<18).contains(position) { return }
    bytes[position] ^= 0x40
    #expect(NeighbourFrame(bytes) == nil)
  }

  @Test("an IPv4 host that answers for the address has claimed it")
  func answer() {
    let answer = ARPFrame(
      operation: .reply, senderHardware: other, sender: vip, targetHardware: own.bytes,
      target: .unspecified(.v4))
    #expect(answer.event(about: vip, to: own) == .claimed(by: other))
  }

  @Test("RFC 9293 §3.10.7: a tickle is an acknowledgement with its sums right")
  func tickle() throws {
    let client = try #require(IPAddress("10.77.0.9"))
    let flow = Flow(local: vip, localPort: 7000, remote: client, remotePort: 40_000)
    let bytes = TickleSegment.bytes(to: flow)
    // Words of the IP header: 4500 + 28 + 0 + 4000 + 4006 + 0a4d + 0064 + 0a4d + 9 = d9b5 → 26c4…
    #expect(bytes.count == 40)
    #expect(InternetChecksum.of(Array(bytes[..<20])) == 0)
    #expect(
      InternetChecksum.ofSegment(
        Array(bytes[20...]), protocolNumber: 6, source: vip.bytes, destination: client.bytes) == 0)
    #expect(Array(bytes[20..<24]) == [0x1b, 0x58, 0x9c, 0x40])
    #expect(bytes[33] == 0x10)
  }
}

@Suite("Internet checksum")
struct InternetChecksumTests {
  @Test("RFC 1071 §3: the example's sum is ddf2")
  func example() {
    #expect(InternetChecksum.of([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]) == ~0xddf2)
  }

  @Test("an odd last byte counts as the upper half of a word")
  func odd() {
    #expect(InternetChecksum.of([0x12]) == InternetChecksum.of([0x12, 0x00]))
  }

  @Test("an IP header that is in every textbook")
  func header() {
    let header: [UInt8] = [
      0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x00, 0x00, 0xc0, 0xa8, 0x00,
      0x01,
      0xc0, 0xa8, 0x00, 0xc7,
    ]
    #expect(InternetChecksum.of(header) == 0xb861)
  }
}
