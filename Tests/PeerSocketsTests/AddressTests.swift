import Determinism
import PeerSockets
import Testing

@Suite("Addresses and pauses")
struct AddressTests {
  @Test(
    "host and port are read",
    arguments: [
      ("127.0.0.1:7391", "127.0.0.1", 7391), ("node-a.example:1", "node-a.example", 1),
      ("[::1]:65535", "::1", 65535), ("localhost:0", "localhost", 0),
    ])
  func good(text: String, host: String, port: Int) {
    let address = PeerAddress(text)
    #expect(address?.host == host)
    #expect(address?.port == port)
  }

  @Test(
    "anything else is nil",
    arguments: [
      "", ":", ":80", "host", "host:", "host:x", "host:65536", "host:-1", "::1:80", "[]:1",
    ])
  func bad(text: String) { #expect(PeerAddress(text) == nil) }

  @Test("pauses double to their bound, each within the upper half, and start anew after success")
  func pauses() {
    var dice = Dice(seed: 1)
    for _ in 0..<200 {
      var backOff = BackOff(from: .milliseconds(20), to: .seconds(1))
      for bound in [20, 40, 80, 160, 320, 640, 1000, 1000] as [UInt64] {
        let pause = backOff.next(&dice)
        #expect(pause >= .milliseconds(bound) / 2 && pause <= .milliseconds(bound))
      }
      backOff.reset()
      #expect(backOff.next(&dice) <= .milliseconds(20))
      backOff.slowDown()
      #expect(backOff.next(&dice) >= .milliseconds(500))
    }
  }
}
