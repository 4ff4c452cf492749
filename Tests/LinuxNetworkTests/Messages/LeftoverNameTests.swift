import NetworkTypes
import Testing

@testable import LinuxNetwork

@Suite("Which tables are ours")
struct LeftoverNameTests {
  @Test("the name of a gate leads back to its address")
  func back() throws {
    for text in ["10.77.0.100", "0.0.0.0", "255.1.2.3", "fd00::100", "::"] {
      let address = try #require(IPAddress(text))
      #expect(GateRules.address(ofTable: GateRules.table(of: address)) == address)
    }
  }

  @Test(
    "other tables are left alone",
    arguments: [
      "", "quoin_", "quoin", "filter", "quoin_0a4d006", "quoin_0a4d00640", "quoin_0A4D0064",
      "quoin_+a4d0064", "xquoin_0a4d0064", "quoin_0a4d00zz", "quoin_0a4d0064_old",
    ])
  func others(_ name: String) {
    #expect(GateRules.address(ofTable: name) == nil)
  }
}
