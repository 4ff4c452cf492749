import BinaryCodec
import Determinism
import Testing

@testable import kvctl

private func parse(_ text: String) -> Bytes? { try? EscapedText.parse(Array(text.utf8)[...]) }

@Suite("Escaped text")
struct EscapedTextTests {
  @Test("what is written reads back as the same bytes, on one line and without a tab")
  func roundTrip() {
    var dice = Dice(seed: 5)
    for _ in 0..<2000 {
      let bytes = (0..<Int(dice.below(12))).map { _ in
        dice.chance(1, in: 2) ? UInt8(dice.below(128)) : UInt8(dice.below(256))
      }
      var text: [UInt8] = []
      EscapedText.write(bytes[...], into: &text)
      #expect(!text.contains(UInt8(ascii: "\n")) && !text.contains(UInt8(ascii: "\t")))
      #expect(String(validating: text, as: UTF8.self) != nil)
      #expect((try? EscapedText.parse(text[...])).map(Array.init) == bytes)
    }
  }

  @Test("text stays readable")
  func readable() {
    #expect(EscapedText.string(Array("größe 日本".utf8)[...]) == "größe 日本")
    #expect(EscapedText.string([0x61, 0x00, 0xff]) == #"a\x00\xff"#)
    #expect(EscapedText.string(Array("a\tb\\c".utf8)[...]) == #"a\tb\\c"#)
  }

  @Test("every escape stands for its byte")
  func escapes() {
    #expect(parse(#"\\\t\n\r\x00\xfF"#) == [0x5c, 9, 10, 13, 0, 255])
  }

  @Test(
    "an escape that does not exist is refused where it stands",
    arguments: [(#"\"#, 0), (#"ab\q"#, 2), (#"\x"#, 0), (#"\x1"#, 0), (#"a\xzz"#, 1), (#"\0"#, 0)])
  func faults(text: String, at: Int) {
    #expect(throws: EscapedText.Fault(at: at)) { try EscapedText.parse(Array(text.utf8)[...]) }
  }
}
