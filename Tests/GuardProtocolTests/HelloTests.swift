import BinaryCodec
import GuardProtocol
import NetworkTypes
import RaftTypes
import Testing

@Suite("The hello of a kvnode")
struct HelloTests {
  private static let address: [UInt8] = [4, 10, 77, 0, 100]
  private static let eth0: [UInt8] = [4, 0, 0, 0] + Array("eth0".utf8)

  /// A hello with these places, and otherwise in order unless said.
  private func packet(
    _ places: [[UInt8]], count: UInt8? = nil, lifetime: UInt8 = 2, port: [UInt8] = [0xD3, 0x1C]
  ) -> ArraySlice<UInt8> {
    let head = [1, 1] + [UInt8](repeating: 7, count: 24) + [lifetime] + port
    return (head + [count ?? UInt8(places.count)] + places.flatMap { $0 })[...]
  }

  @Test("is read with its addresses in order")
  func good() throws {
    let other: [UInt8] = [4, 10, 77, 0, 101]
    let request = try GuardRequest(
      packet: packet([Self.address + Self.eth0, other + Self.eth0]))
    guard case .hello(let hello) = request else {
      Issue.record("read as \(request)")
      return
    }
    #expect(hello.places.map(\.address.description) == ["10.77.0.100", "10.77.0.101"])
    #expect(hello.places.map(\.interface) == ["eth0", "eth0"])
    #expect(hello.port == 7379 && hello.lifetimeSeconds == 2)
  }

  @Test("needs an address, and none twice")
  func addresses() {
    let place = Self.address + Self.eth0
    #expect(throws: DecodingFault.inconsistent("no address")) {
      try GuardRequest(packet: packet([]))
    }
    #expect(throws: DecodingFault.inconsistent("10.77.0.100 twice")) {
      try GuardRequest(packet: packet([place, place]))
    }
    #expect(throws: DecodingFault.tooLong(length: 9, limit: 8)) {
      try GuardRequest(packet: packet([place], count: 9))
    }
    #expect(throws: DecodingFault.unknown("address of length", value: 5)) {
      try GuardRequest(packet: packet([[5, 1, 2, 3, 4, 5] + Self.eth0]))
    }
  }

  @Test("has a lifetime that the kernel can keep, and a port")
  func numbers() {
    let place = Self.address + Self.eth0
    for lifetime in [UInt8(0), 1, 61, 255] {
      #expect(throws: DecodingFault.unknown("lifetime", value: UInt64(lifetime))) {
        try GuardRequest(packet: packet([place], lifetime: lifetime))
      }
    }
    #expect(throws: DecodingFault.unknown("port", value: 0)) {
      try GuardRequest(packet: packet([place], port: [0, 0]))
    }
  }

  @Test(
    "names an interface as the kernel would take it",
    arguments: ["", ".", "..", "a/b", "a b", "eth0:1", "e\n", "interface-that-is-long", "ü"])
  func interfaces(_ name: String) {
    let text = Array(name.utf8)
    let place = Self.address + [UInt8(text.count), 0, 0, 0] + text
    #expect(throws: DecodingFault.self) { try GuardRequest(packet: packet([place])) }
    #expect(!GuardHello.Place.isInterfaceName(name))
  }

  @Test("takes the names that people give")
  func goodNames() {
    for name in ["eth0", "enp0s31f6", "br-lan", "wg0.100", "a", "123456789012345"] {
      #expect(GuardHello.Place.isInterfaceName(name))
    }
  }

  @Test("a connection between two families is refused")
  func mixedFlow() {
    let flow: [UInt8] = [4, 1, 2, 3, 4, 0, 1] + [16] + [UInt8](repeating: 0, count: 16) + [0, 2]
    #expect(throws: DecodingFault.self) {
      try GuardRequest(packet: ([1, 7, 1, 0, 0, 0] + flow)[...])
    }
  }
}
