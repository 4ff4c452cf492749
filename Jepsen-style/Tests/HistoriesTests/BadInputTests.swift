import Determinism
import Testing

@testable import Histories

@Suite("Histories that cannot be read")
struct BadInputTests {
  private static let good = #"{"process":0,"type":"invoke","f":"read"}"#

  static let broken: [(text: String, line: Int)] = [
    ("hello", 1),
    ("\(good)\n{\"process\":0", 2),
    ("\(good)\n\n\n[1,2]\n", 4),
    ("\(good)\n{\"process\":0,\"type\":\"done\",\"f\":\"read\"}", 2),
    ("\(good)\n{\"type\":\"ok\",\"f\":\"read\"}", 2),
    ("\(good)\n{\"process\":0,\"type\":\"ok\"}", 2),
    ("\(good)\n{\"process\":0,\"type\":\"ok\",\"f\":\"read\",\"value\":18446744073709551616}", 2),
    ("\(good) \(good)", 1),
    ("{:process 0 :type :invoke :f :read}\n{:process 1\n:type :invoke", 2),
    ("{:process 0 :type :invoke :f :read}\n\n}", 3),
    ("[{:process 0 :type :invoke :f :read}\n", 2),
    ("{:process 0 :type :invoke :f :read]", 1),
    ("{:process 0 :type :invoke :f :read :value}", 1),
    ("{:process 0 :type :invoke :f :read}\nnil", 2),
    ("{:process 0 :type :invoke :f :write :value 99999999999999999999}", 1),
    ("{:process 0 :type :invoke :f :write :value \"never", 1),
    ("INFO  jepsen.util - 0\t:invoke\t:read\tnil\nWARN  something else\n", 2),
    ("INFO  jepsen.util - 0\t:invoke\t:read\n", 1),
    ("INFO  jepsen.util - [0]\t:invoke\t:read\tnil\n", 1),
  ]

  @Test("the error names the line", arguments: broken.indices)
  func namesTheLine(index: Int) throws {
    let (text, line) = Self.broken[index]
    let error = #expect(throws: HistoryError.self, "\(text)") {
      try History(reading: Array(text.utf8))
    }
    guard case .malformed(line, _) = error else {
      Issue.record("\(text): \(String(describing: error)), wanted line \(line)")
      return
    }
    #expect(error?.description.hasPrefix("line \(line): ") == true)
  }

  @Test("a completion without an invocation is refused on its line")
  func completesNothing() {
    let text = "\(Self.good)\n\n{\"process\":1,\"type\":\"ok\",\"f\":\"read\"}"
    #expect(
      throws: HistoryError.unpaired(line: 3, reason: "process 1 has nothing to complete")
    ) { try History(reading: Array(text.utf8)) }
  }

  @Test("two operations open at once are refused")
  func twoOpen() {
    #expect(
      throws: HistoryError.unpaired(line: 2, reason: "process 0 has not completed: read")
    ) { try History(reading: Array("\(Self.good)\n\(Self.good)".utf8)) }
  }

  @Test("a completion of another function is refused")
  func otherFunction() {
    let text = "\(Self.good)\n{\"process\":0,\"type\":\"ok\",\"f\":\"write\"}"
    let reason = "process 0 completes another operation than read"
    #expect(throws: HistoryError.unpaired(line: 2, reason: reason)) {
      try History(reading: Array(text.utf8))
    }
  }

  @Test("values deep inside each other end the reading, not the process")
  func deep() {
    for opening in ["[", "{:a ", "#a ", "#_ ", "#{"] {
      let text = "{:process 0 :value " + String(repeating: opening, count: 100_000)
      let closed = text + String(repeating: "]", count: opening == "[" ? 100_000 : 0) + "}"
      #expect(throws: HistoryError.self, "\(opening)") { try History(reading: Array(closed.utf8)) }
    }
    let json = "{\"value\":" + String(repeating: "[", count: 100_000)
    #expect(throws: HistoryError.self) { try History(reading: Array(json.utf8)) }
  }

  @Test("an event longer than the limit is refused while it is read")
  func long() throws {
    for start in ["{\"f\":\"", "{:f \"", "INFO  jepsen.util - "] {
      var reader = HistoryReader()
      try reader.read(Array(start.utf8)) { _, _ in }
      let error = #expect(throws: HistoryError.self) {
        try reader.read(repeatElement(UInt8(ascii: "x"), count: Limits.recordBytes)) { _, _ in }
      }
      guard case .tooLarge(1, _) = error else {
        Issue.record("\(start): \(String(describing: error))")
        continue
      }
    }
  }

  @Test("damaged bytes give a history or an error, never a trap", arguments: HistoryFormat.allCases)
  func damage(format: HistoryFormat) throws {
    var dice = Dice(seed: 11)
    for seed in 0..<400 as Range<UInt64> {
      let events = EventDice(seed: seed, format: format).events(6)
      var bytes = try HistoryWriter(format: format).bytes(of: events)
      for _ in 0...dice.below(4) {
        let place = Int(dice.below(UInt64(bytes.count)))
        switch dice.below(3) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: dice.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(Array("{}[]()\"\\;#:,".utf8)[Int(dice.below(12))], at: place)
        }
        if bytes.isEmpty { bytes = [0] }
      }
      do throws(HistoryError) {
        let history = try History(reading: bytes)
        #expect(history.operations.count <= history.eventCount)
      } catch {
        #expect(error.description.hasPrefix("line "))
      }
    }
  }
}
