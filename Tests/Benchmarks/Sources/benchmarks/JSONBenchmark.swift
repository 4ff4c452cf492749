import Determinism
import JSONText

/// Bodies of the HTTP interface.
enum JSONBenchmark: Part {
  static let name = "json"

  static func run() throws {
    var dice = Dice(seed: 5)
    let value = Samples.noise(256, &dice)
    let key = Samples.key(4711)
    let operations = 100_000

    var writer = JSONWriter()
    func writeGet() {
      writer.removeAll()
      writer.beginObject()
      writer.member("key", data: key[...])
      writer.member("value", data: value[...])
      writer.member("create_revision", 1_234_567)
      writer.member("mod_revision", 7_654_321)
      writer.member("version", 12)
      writer.endObject()
    }
    writeGet()
    let get = writer.bytes
    Report.cost(
      "the answer to a get, \(get.count) bytes: write",
      Rounds.cost(operations) { for _ in 0..<operations { writeGet() } }, bytes: get.count)
    Report.cost(
      "the answer to a get, \(get.count) bytes: scan",
      try Rounds.cost(operations) { for _ in 0..<operations { try scan(get) } },
      bytes: get.count)

    func put(_ number: UInt64) -> String {
      let key = String(decoding: Samples.key(number), as: UTF8.self)
      return #"{"put":{"key":"\#(key)","value":"\#(String(decoding: value, as: UTF8.self))"}}"#
    }
    let puts = (UInt64(0)..<100).map(put).joined(separator: ",")
    let transaction = Array(#"{"compare":[],"success":[\#(puts)],"failure":[]}"#.utf8)
    Report.cost(
      "a transaction of 100 puts, \(transaction.count) bytes: scan",
      try Rounds.cost(operations / 100) {
        for _ in 0..<operations / 100 { try scan(transaction) }
      }, bytes: transaction.count)
  }

  /// Reads every value of a document as what it is.
  private static func scan(_ text: [UInt8]) throws {
    var scanner = JSONScanner(text)
    try value(&scanner)
    try scanner.finish()
  }

  private static func value(_ scanner: inout JSONScanner) throws {
    switch try scanner.peek() {
    case .object:
      try scanner.beginObject()
      while try scanner.nextMember() != nil { try value(&scanner) }
    case .array:
      try scanner.beginArray()
      while try scanner.nextElement() { try value(&scanner) }
    case .string: _ = try scanner.readBytes()
    case .number: _ = try scanner.readUInt64()
    case .flag: _ = try scanner.readBool()
    case .null: _ = try scanner.readNull()
    }
  }
}
