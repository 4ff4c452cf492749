import JSONText
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
  private func text(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test("commas stand between members and elements and nowhere else")
  func commas() {
    let document = text { writer in
      writer.beginObject()
      writer.name("empty")
      writer.beginArray()
      writer.endArray()
      writer.name("list")
      writer.beginArray()
      writer.value(1 as UInt64)
      writer.beginObject()
      writer.endObject()
      writer.null()
      writer.endArray()
      writer.member("flag", true)
      writer.endObject()
    }
    #expect(document == #"{"empty":[],"list":[1,{},null],"flag":true}"#)
  }

  @Test("numbers are written in full, down to the smallest and up to the largest")
  func numbers() {
    #expect(text { $0.value(UInt64.max) } == "18446744073709551615")
    #expect(text { $0.value(0 as UInt64) } == "0")
    #expect(text { $0.value(Int.min) } == "-9223372036854775808")
    #expect(text { $0.value(0.25) } == "0.25")
    #expect(text { $0.value(Double.nan) } == "null")
    #expect(text { $0.value(hexadecimal: 0xab) } == #""00000000000000ab""#)
  }

  @Test("text is escaped where RFC 8259 demands it and nowhere else")
  func escapes() {
    #expect(
      text { $0.value("a\"b\\c\n\t\r\u{8}\u{c}\u{1f}\u{0}/é\u{7f}") }
        == "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u001f\\u0000/é\u{7f}\"")
  }

  @Test("what needs an escape is found at every place among every neighbour")
  func escapesAnywhere() {
    for byte in UInt8(0)..<0x80 {
      for place in 0..<17 {
        for neighbour: UInt8 in [0x00, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x5b, 0x5c, 0x5d, 0x7f] {
          var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 17)
          bytes[place] = byte
          if place > 0 { bytes[place - 1] = neighbour }
          let wanted = bytes.map { byte in
            switch byte {
            case 0x22: "\\\""
            case 0x5c: "\\\\"
            case 0x08: "\\b"
            case 0x09: "\\t"
            case 0x0a: "\\n"
            case 0x0c: "\\f"
            case 0x0d: "\\r"
            case ..<0x10: "\\u000\(String(byte, radix: 16))"
            case ..<0x20: "\\u001\(String(byte & 15, radix: 16))"
            default: String(UnicodeScalar(byte))
            }
          }
          #expect(text { $0.value(text: bytes[...]) } == "\"\(wanted.joined())\"")
        }
      }
    }
  }

  @Test("data that is UTF-8 is a string, other data is Base64 under another name")
  func data() {
    let document = text { writer in
      writer.beginObject()
      writer.member("key", data: Array("grün".utf8)[...])
      writer.member("value", data: [0xff, 0x00])
      writer.endObject()
    }
    #expect(document == #"{"key":"grün","value_b64":"/wA="}"#)
  }

  @Test("a writer starts over in the same buffer")
  func reuse() {
    let document = text { writer in
      writer.value(1 as UInt64)
      writer.removeAll()
      writer.value(2 as UInt64)
    }
    #expect(document == "2")
  }
}
