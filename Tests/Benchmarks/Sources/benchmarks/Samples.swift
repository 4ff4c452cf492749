import BinaryCodec
import ClientProtocol
import Determinism
import RaftTypes

/// Keys, values and documents as clients send them.
enum Samples {
  /// 13 bytes.
  static func key(_ number: UInt64) -> [UInt8] {
    let digits = String(number).utf8
    return Array("key".utf8) + repeatElement(UInt8(ascii: "0"), count: 10 - digits.count) + digits
  }

  /// Letters and digits at random: nothing for a compressor to find.
  static func noise(_ count: Int, _ dice: inout Dice) -> [UInt8] {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    return (0..<count).map { _ in letters[Int(dice.below(UInt64(letters.count)))] }
  }

  /// A put as it stands in the log.
  static func put(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] {
    Command(.put(Put(key: key[...], value: value[...]))).encoded()
  }

  /// About 1 KiB: an order with its customer and its lines, different in what differs in life.
  static func document(_ dice: inout Dice) -> [UInt8] {
    let towns = ["Lisboa", "Porto", "Göteborg", "Kraków", "Lyon", "Gdańsk", "Bergen", "Torino"]
    let wares = ["bolt M8x40", "washer A8", "hinge 60 mm", "lock case", "door closer", "handle"]
    let states = ["open", "paid", "packed", "shipped", "returned"]
    func number(_ bound: UInt64) -> UInt64 { dice.below(bound) }
    func text(_ count: Int) -> String { String(decoding: noise(count, &dice), as: UTF8.self) }
    func one(of words: [String]) -> String { words[Int(number(UInt64(words.count)))] }
    var lines: [String] = []
    for line in 1...6 {
      lines.append(
        #"{"line":\#(line),"article":"\#(text(8))","name":"\#(one(of: wares))","#
          + #""quantity":\#(1 + number(500)),"price_cents":\#(number(100_000)),"vat":0.23}"#)
    }
    let day = "2025-0\(1 + number(9))-\(10 + number(19))"
    let listed = lines.joined(separator: ",")
    let address =
      #""address":{"street":"\#(text(14)) \#(number(200))","town":"\#(one(of: towns))","#
      + #""postcode":"\#(10_000 + number(89_999))"}"#
    let customer =
      #""customer":{"id":\#(number(10_000_000)),"name":"\#(text(9)) \#(text(12))","#
      + #""email":"\#(text(10).lowercased())@example.com","telephone":"+351 \#(number(999_999))","#
      + #""language":"pt-PT","newsletter":false,\#(address)}"#
    return Array(
      (#"{"id":"\#(text(22))","created_at":"\#(day)T\#(10 + number(13)):\#(10 + number(49)):00Z","#
        + #""status":"\#(one(of: states))",\#(customer),"lines":[\#(listed)],"#
        + #""currency":"EUR","note":null,"updated_by":"service-\#(number(40))"}"#).utf8)
  }

  /// The entries of one batch.
  static func entries(
    _ count: Int, from first: UInt64, term: UInt64 = 1, _ payload: (Int) -> [UInt8]
  ) -> [Entry] {
    (0..<count).map {
      Entry(
        position: LogPosition(term: Term(term), index: LogIndex(first + UInt64($0))),
        logTime: LogTime(milliseconds: 1_700_000_000_000), payload: .command(payload($0)[...]))
    }
  }
}
