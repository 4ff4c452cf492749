import BinaryCodec
import Testing

@testable import kvctl

private func records(_ text: String, _ format: RecordFormat) throws -> [LoadRecord] {
  let file = try TemporaryFile(text)
  var source = RecordSource(try InputFile(file.path), format: format)
  var found: [LoadRecord] = []
  while let record = try source.next() { found.append(record) }
  return found
}

private func text(_ bytes: Bytes) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite("kvctl load: reading records")
struct RecordSourceTests {
  @Test("TSV: key, tab, value with escapes; empty lines and \\r are passed over")
  func tsv() throws {
    let found = try records("a\t1\r\n\nb\\tc\tx\ty\\n\nlast\t", .tsv)
    #expect(found.map { text($0.key) } == ["a", "b\tc", "last"])
    #expect(found.map { text($0.value) } == ["1", "x\ty\n", ""])
    #expect(found.map(\.number) == [0, 1, 2])
  }

  @Test("NDJSON: strings, escapes and Base64; other members are passed over")
  func ndjson() throws {
    let found = try records(
      #"""
      {"key":"a","value":"1","more":[1,{}]}
      {"value_b64":"/w==","key_b64":"AGE="}
      """#, .ndjson)
    #expect(found.map { Array($0.key) } == [[0x61], [0x00, 0x61]])
    #expect(found.map { Array($0.value) } == [[0x31], [0xff]])
  }

  @Test(
    "a line that is no record is refused with its number",
    arguments: [
      (RecordFormat.tsv, "a\t1\nno tab"), (.tsv, "a\t1\n\tempty key"), (.tsv, "a\t1\nb\t\\q"),
      (.ndjson, "{\"key\":\"a\",\"value\":\"\"}\n{\"key\":\"b\"}"),
      (.ndjson, "{\"key\":\"a\",\"value\":\"\"}\n{\"key\":"),
      (.ndjson, "{\"key\":\"a\",\"value\":\"\"}\n{\"key\":\"\",\"value\":\"\"}"),
    ])
  func refused(format: RecordFormat, text: String) {
    let failure = #expect(throws: CommandFailure.self) { try records(text, format) }
    #expect(failure?.message.contains("line 2") == true)
  }

  @Test("lines longer than a read are put together")
  func longLines() throws {
    let value = String(repeating: "x", count: 700_000)
    let found = try records("a\t\(value)\nb\t\(value)y\n", .tsv)
    #expect(found.map(\.value.count) == [700_000, 700_001])
  }

  @Test("a mark is found again in the same input, and only there")
  func marks() throws {
    let input = "a\t1\nb\t2\n\nc\t3\n"
    let all = try records(input, .tsv)
    for record in all {
      let file = try TemporaryFile(input)
      var source = RecordSource(try InputFile(file.path), format: .tsv)
      try source.skip(to: record.end)
      #expect(try source.next()?.number == (record.number < 2 ? record.number + 1 : nil))
      let changed = try TemporaryFile("a\t9\nb\t2\n\nc\t3\n")
      #expect(throws: CommandFailure.self) {
        var other = RecordSource(try InputFile(changed.path), format: .tsv)
        try other.skip(to: record.end)
      }
    }
  }
}
