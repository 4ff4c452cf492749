import NetworkTypes
import Testing

@testable import LinuxNetwork

@Suite("Route messages")
struct RouteMessageTests {
  private let interface: NetworkInterface
  private let vip: IPAddress
  private let vip6: IPAddress

  init() throws {
    let hardware = try #require(HardwareAddress("02:00:00:00:00:01"))
    // The captures' eth0 had index 3.
    interface = NetworkInterface(
      index: 3, name: "eth0", hardwareAddress: hardware, isUp: true, hasCarrier: true)
    vip = try #require(IPAddress("10.77.0.100"))
    vip6 = try #require(IPAddress("fd77::100"))
  }

  /// Without label (3) and tag (11), which ip(8) does not set.
  private func tree(_ bytes: [UInt8]) -> MessageTree? {
    MessageTree(bytes, headerLength: 8, leavingOut: [[3], [11]])
  }

  @Test("an address is set as ip(8) sets it")
  func set() {
    let message = RouteMessages.setAddress(vip, on: interface, seconds: 6)
    #expect(tree(message.sealed(1)) == tree(Captures.setAddress))
    let message6 = RouteMessages.setAddress(vip6, on: interface, seconds: 6)
    #expect(tree(message6.sealed(1)) == tree(Captures.setAddress6))
  }

  @Test("an address is removed as ip(8) removes it")
  func remove() {
    let message = RouteMessages.removeAddress(vip, index: 3)
    #expect(tree(message.sealed(1)) == tree(Captures.removeAddress))
  }

  @Test("what is set is known as ours when the kernel tells of it; another's is not")
  func tags() throws {
    for vip in [vip, vip6] {
      let own = RouteMessages.setAddress(vip, on: interface, seconds: 6).sealed(1)
      let reply = try #require(NetlinkReply.all(in: own)?.first)
      let entry = try #require(ConfiguredAddress(reply))
      #expect(entry.isOurs && entry.address == vip && entry.interface == 3 && entry.isHost)
    }
    let stranger = try #require(NetlinkReply.all(in: Captures.setAddress)?.first)
    #expect(ConfiguredAddress(stranger)?.isOurs == false)
  }

  @Test("a kernel that knows no tag still tells ours by its label")
  func label() throws {
    var message = NetlinkMessage(20, [], header: [2, 32, 0, 0] + ByteOrder.host(Int32(3)))
    message.attribute(2, vip.bytes)
    message.attribute(3, "eth0:vip")
    let reply = try #require(NetlinkReply.all(in: message.sealed(1))?.first)
    #expect(ConfiguredAddress(reply)?.isOurs == true)
  }

  @Test("an interface whose name leaves no room has no label")
  func longName() throws {
    let long = NetworkInterface(
      index: 3, name: "enp130s0f1np1", hardwareAddress: interface.hardwareAddress, isUp: true,
      hasCarrier: true)
    let bytes = RouteMessages.setAddress(vip, on: long, seconds: 6).sealed(1)
    let reply = try #require(NetlinkReply.all(in: bytes)?.first)
    #expect(!reply.attributes(after: 8).map(\.type).contains(3))
    #expect(ConfiguredAddress(reply)?.isOurs == true)
  }
}
