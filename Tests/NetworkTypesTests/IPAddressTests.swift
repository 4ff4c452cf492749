import Determinism
import NetworkTypes
import Testing

@Suite("IP addresses")
struct IPAddressTests {
  @Test(
    "RFC 5952: every spelling of an address becomes one text",
    arguments: [
      ("10.77.0.100", "10.77.0.100"), ("0.0.0.0", "0.0.0.0"),
      ("255.255.255.255", "255.255.255.255"),
      ("::", "::"), ("::1", "::1"), ("0:0:0:0:0:0:0:1", "::1"), ("1::", "1::"),
      ("2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"),
      ("2001:DB8::A", "2001:db8::a"),
      // §4.2.2: one zero group alone is written.
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      // §4.2.3: the longest run; of equal runs the first.
      ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("0:0:1:0:0:1:0:0", "::1:0:0:1:0:0"), ("1:1:1:1:1:1:0:0", "1:1:1:1:1:1::"),
      // §5: dotted where an IPv4 address is inside.
      ("::ffff:0a4d:0064", "::ffff:10.77.0.100"), ("::ffff:10.77.0.100", "::ffff:10.77.0.100"),
      ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
  func oneText(spelling: String, text: String) {
    #expect(IPAddress(spelling)?.description == text)
  }

  @Test(
    "what is no address is refused",
    arguments: [
      "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "01.2.3.4", "1.2.3.-4",
      "1.2.3.+4",
      "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/32", "1.2.3.4:80", "0x1.2.3.4", "1..3.4", "1.2.3.0x4",
      ":", ":::", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
      "::1:2:3:4:5:6:7:8",
      "12345::", "g::", "1:", ":1", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4:1", "1.2.3.4::",
      "fe80::1%eth0", "::1/128", "[::1]", "::ffff:1.2.3.04", "1:2:3:4:5:6:7:",
    ])
  func refusals(text: String) { #expect(IPAddress(text) == nil) }

  @Test("a text is read back as the same bytes, whatever the bytes")
  func roundTrip() {
    var dice = Dice(seed: 5952)
    for _ in 0..<5_000 {
      let count = dice.chance(1, in: 2) ? 4 : 16
      // Many zeros, or no run would ever be shortened.
      let bytes = (0..<count).map { _ in
        dice.chance(1, in: 3) ? UInt8(dice.below(256)) : 0
      }
      guard let address = IPAddress(bytes: bytes) else {
        Issue.record("\(bytes) is an address")
        return
      }
      #expect(IPAddress(address.description) == address)
      #expect(address.bytes == bytes)
    }
  }

  @Test("there are four bytes or sixteen", arguments: [0, 3, 5, 15, 17])
  func counts(count: Int) {
    #expect(IPAddress(bytes: [UInt8](repeating: 1, count: count)) == nil)
  }

  @Test("an IPv4 address and its mapped form are two addresses")
  func mapped() {
    #expect(IPAddress("10.0.0.1") != IPAddress("::ffff:10.0.0.1"))
  }

  @Test("addresses are ordered by family, then as numbers")
  func order() {
    let texts = ["9.255.255.255", "10.0.0.1", "10.0.0.2", "::1", "2001:db8::1"]
    let addresses = texts.compactMap { IPAddress($0) }
    #expect(addresses.reversed().sorted().map(\.description) == texts)
  }

  @Test(
    "ranges are told apart at their edges",
    arguments: [
      ("126.255.255.255", "-"), ("127.0.0.0", "loopback"), ("127.255.255.255", "loopback"),
      ("128.0.0.0", "-"), ("223.255.255.255", "-"), ("224.0.0.0", "multicast"),
      ("239.255.255.255", "multicast"), ("240.0.0.0", "-"), ("169.253.255.255", "-"),
      ("169.254.0.0", "link"), ("169.255.0.0", "-"), ("::", "unspecified"),
      ("0.0.0.0", "unspecified"),
      ("::1", "loopback"), ("::2", "-"), ("ff00::", "multicast"), ("fe80::", "link"),
      ("febf:ffff::", "link"), ("fec0::", "-"), ("fe7f::", "-"),
    ])
  func ranges(text: String, range: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isLoopback == (range == "loopback"))
    #expect(address.isMulticast == (range == "multicast"))
    #expect(address.isLinkLocal == (range == "link"))
    #expect(address.isUnspecified == (range == "unspecified"))
  }
}
