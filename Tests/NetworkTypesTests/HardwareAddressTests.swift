import NetworkTypes
import Testing

@Suite("Hardware addresses")
struct HardwareAddressTests {
  @Test("what is written is read again")
  func roundTrip() {
    let address = HardwareAddress("02:0a:ff:00:10:9F")
    #expect(address?.bytes == [0x02, 0x0a, 0xff, 0x00, 0x10, 0x9f])
    #expect(address?.description == "02:0a:ff:00:10:9f")
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "02:0a:ff:00:10", "02:0a:ff:00:10:9f:11", "2:0a:ff:00:10:9f", "02-0a-ff-00-10-9f",
      "+2:0a:ff:00:10:9f", "zz:0a:ff:00:10:9f", "02:0a:ff:00:10:9f ",
    ])
  func refusals(text: String) { #expect(HardwareAddress(text) == nil) }
}
