import Determinism
import JSONText
import Testing

@Suite("Reading JSON")
struct JSONScannerTests {
  private func scanner(_ text: String) -> JSONScanner { JSONScanner(Array(text.utf8)) }

  @Test("a document is read value by value")
  func document() throws {
    var scanner = scanner(
      #" { "list" : [ 1, "2" , -3 ] , "text" : "a\u00e9\ud83d\ude00\/\n", "no":null,"yes":true } "#)
    try scanner.beginObject()
    #expect(try scanner.nextMember() == "list")
    try scanner.beginArray()
    #expect(try scanner.nextElement())
    #expect(try scanner.readUInt64() == 1)
    #expect(try scanner.nextElement())
    #expect(try scanner.readUInt64() == 2)
    #expect(try scanner.nextElement())
    #expect(try scanner.readInt() == -3)
    #expect(try scanner.nextElement() == false)
    #expect(try scanner.nextMember() == "text")
    #expect(try scanner.readString() == "aé😀/\n")
    #expect(try scanner.nextMember() == "no")
    #expect(try scanner.readNull())
    #expect(try scanner.nextMember() == "yes")
    #expect(try scanner.readBool())
    #expect(try scanner.nextMember() == nil)
    try scanner.finish()
  }

  @Test("a value that is skipped gives its own text")
  func skipping() throws {
    var scanner = scanner(#"[{"a":[1,{"b":"]}"}]}, 2.5e-3]"#)
    try scanner.beginArray()
    #expect(try scanner.nextElement())
    #expect(String(decoding: try scanner.skipValue(), as: UTF8.self) == #"{"a":[1,{"b":"]}"}]}"#)
    #expect(try scanner.nextElement())
    #expect(try scanner.readDouble() == 0.0025)
    #expect(try scanner.nextElement() == false)
  }

  @Test(
    "what is not JSON is refused",
    arguments: [
      "", "{", "[1", "[1 2]", "[,1]", "[1,]", "{,}", #"{"a" 1}"#, #"{"a":1,}"#, "{1:2}", #"""#,
      #""\x""#, #""\u12""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "\"\n\"", "nul", "tru",
      "01", "-", "1.", ".5", "1e", "+1", "'a'", "NaN", "1 1", "[]]", "{}{", "\u{feff}1",
    ])
  func refusals(_ text: String) {
    #expect(throws: JSONFault.self) {
      var scanner = scanner(text)
      try scanner.skipValue()
      try scanner.finish()
    }
  }

  @Test("bytes that are not UTF-8 are refused and named")
  func illFormedText() {
    var scanner = JSONScanner(Array("\"ab".utf8) + [0xc0, 0x80] + Array("\"".utf8))
    #expect(throws: JSONFault.notUnicode(at: 3)) { try scanner.readString() }
  }

  @Test("the end, an escape and a control character are found at every place of a string")
  func places() throws {
    for before in 0..<24 {
      for behind in [0, 1, 7, 8, 17] {
        let (left, right) = (
          String(repeating: "ä", count: before), String(repeating: "~", count: behind)
        )
        #expect(try read("\"\(left)\" ,\(right)\"") == left)
        #expect(try read("\"\(left)\\n\(right)\"") == "\(left)\n\(right)")
        #expect(try read("\"\(left)\\\\\(right)\\\"\"") == "\(left)\\\(right)\"")
        #expect(throws: JSONFault.truncated) { try read("\"\(left)\(right)") }
        let control = JSONFault.badEscape(at: 1 + left.utf8.count)
        #expect(throws: control) { try read("\"\(left)\u{1f}\(right)\"") }
        #expect(throws: control) { try read("\"\(left)\u{0}\(right)\"") }
      }
    }
  }

  private func read(_ text: String) throws(JSONFault) -> String {
    var scanner = scanner(text)
    return try scanner.readString()
  }

  @Test("containers nest 64 deep and no deeper")
  func depth() throws {
    var deepest = scanner(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
    try deepest.skipValue()
    try deepest.finish()
    var deeper = scanner(String(repeating: "[", count: 65))
    #expect(throws: JSONFault.tooDeep(at: 65)) { try deeper.skipValue() }
  }

  @Test(
    "numbers that do not fit are refused, not rounded", arguments: ["1.5", "-1", "1e3", "\"+1\""])
  func numbersThatDoNotFit(_ text: String) {
    var scanner = scanner(text)
    #expect(throws: JSONFault.outOfRange(at: 0)) { try scanner.readUInt64() }
  }

  @Test("the largest number is read and one more is refused")
  func largestNumber() throws {
    var largest = scanner("18446744073709551615")
    #expect(try largest.readUInt64() == .max)
    var more = scanner("18446744073709551616")
    #expect(throws: JSONFault.outOfRange(at: 0)) { try more.readUInt64() }
  }

  @Test("every string the writer writes is read back equal")
  func roundTrip() throws {
    var dice = Dice(seed: 11)
    for _ in 0..<500 {
      let scalars = (0..<dice.below(40)).compactMap { _ in
        Unicode.Scalar(UInt32(dice.below(dice.chance(1, in: 2) ? 0x80 : 0x11_0000)))
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      var writer = JSONWriter()
      writer.value(String(text))
      var scanner = JSONScanner(writer.bytes)
      let read = try scanner.readString()
      #expect(Array(read.utf8) == Array(String(text).utf8))
    }
  }

  @Test("no cut and no changed byte of a document makes the scanner trap")
  func damage() {
    let document = Array(#"{"k":["a\n\u00e9é",-1.5e2,{"x":null}],"t":true}"#.utf8)
    var dice = Dice(seed: 12)
    for cut in 0..<document.count {
      #expect(throws: JSONFault.self) { try read(Array(document[..<cut])) }
    }
    for _ in 0..<2000 {
      var damaged = document
      damaged[Int(dice.below(UInt64(document.count)))] = UInt8(dice.below(256))
      try? read(damaged)
    }
  }

  private func read(_ bytes: [UInt8]) throws {
    var scanner = JSONScanner(bytes)
    try scanner.skipValue()
    try scanner.finish()
  }
}
