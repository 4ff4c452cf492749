import Determinism
import JSONText
import Testing

@Suite("UTF-8 and Base64")
struct TextFormsTests {
  @Test("the standard library and this check agree on what is UTF-8")
  func wellFormed() {
    var dice = Dice(seed: 21)
    for _ in 0..<20_000 {
      let bytes = (0..<dice.below(14)).map { _ -> UInt8 in
        switch dice.below(4) {
        case 0: UInt8(dice.below(128))
        case 1: UInt8(0x80 + dice.below(64))
        case 2: UInt8(0xe0 + dice.below(32))
        default: UInt8(dice.below(256))
        }
      }
      #expect(
        UTF8Text.isWellFormed(bytes[...]) == (String(validating: bytes, as: UTF8.self) != nil),
        "\(bytes)")
    }
  }

  @Test(
    "Base64 has the answers of RFC 4648, section 10",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
  func knownAnswers(_ plain: String, _ text: String) {
    #expect(Base64.encoded(Array(plain.utf8)[...]) == Array(text.utf8))
    #expect(Base64.decode(Array(text.utf8)[...]) == Array(plain.utf8))
  }

  @Test(
    "Base64 that no encoder writes is refused",
    arguments: ["Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", "Zm-v", "=Zg=", "Zg==Zg=="])
  func refusals(_ text: String) {
    #expect(Base64.decode(Array(text.utf8)[...]) == nil)
  }

  @Test("any bytes survive Base64, in a slice too")
  func roundTrip() {
    var dice = Dice(seed: 22)
    for length in 0..<200 {
      let bytes = (0..<length + 3).map { _ in UInt8(dice.below(256)) }
      let slice = bytes[2..<2 + length]
      #expect(Base64.decode(Base64.encoded(slice)[...]) == Array(slice))
    }
  }
}
