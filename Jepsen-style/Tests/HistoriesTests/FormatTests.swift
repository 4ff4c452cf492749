import Determinism
import Testing

@testable import Histories

@Suite("Formats of histories")
struct FormatTests {
  static let all = HistoryFormat.allCases

  @Test("what is written reads back as it was", arguments: all)
  func roundTrip(format: HistoryFormat) throws {
    for seed in 0..<300 as Range<UInt64> {
      var events = EventDice(seed: seed, format: format).events(40)
      let bytes = try HistoryWriter(format: format).bytes(of: events)
      if format == .jepsenLog { events = events.map(\.withoutTime) }
      #expect(try Self.events(bytes) == events, "seed \(seed)")
    }
  }

  @Test("the format is told by the content", arguments: all)
  func recognized(format: HistoryFormat) throws {
    let event = HistoryEvent(process: .client(3), kind: .invoke, function: "read")
    let bytes = try HistoryWriter(format: format).bytes(of: [event])
    var reader = HistoryReader()
    try reader.read(Array("\n  \n".utf8) + bytes) { _, _ in }
    #expect(reader.format == format)
  }

  @Test("pieces of any size give the same events", arguments: all)
  func pieces(format: HistoryFormat) throws {
    let events = EventDice(seed: 5, format: format).events(60)
    let bytes = try HistoryWriter(format: format).bytes(of: events)
    let whole = try Self.events(bytes)
    for size in [1, 2, 3, 7, 64, 1000] {
      var reader = HistoryReader()
      var read: [HistoryEvent] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        try reader.read(bytes[start..<min(start + size, bytes.count)]) { event, _ in
          read.append(event)
        }
      }
      try reader.finish { event, _ in read.append(event) }
      #expect(read == whole, "pieces of \(size) bytes")
    }
  }

  @Test("a last line without a newline counts", arguments: all)
  func lastLine(format: HistoryFormat) throws {
    let events = EventDice(seed: 6, format: format).events(8)
    let bytes = try HistoryWriter(format: format).bytes(of: events)
    #expect(try Self.events(bytes.dropLast()).count == 8)
  }

  @Test("EDN may be one vector, with comments, tags and discarded forms")
  func vector() throws {
    let text = """
      ; recorded by hand
      [#jepsen.history.Op{:process 0, :type :invoke, :f :write, :value "a]}" ; the first
        :time 7}
       #_{:process 9 :type :invoke :f :gone}
       {:process :nemesis :type :info :f :start :value #{1 2}}, {:index 2, :process 0,
        :type :ok, :f :write, :value \\], :error nil}]
      """
    let events = try Self.events(Array(text.utf8))
    #expect(
      events == [
        HistoryEvent(
          process: .client(0), kind: .invoke, function: "write", value: .text("a]}"), time: 7),
        HistoryEvent(
          process: .nemesis, kind: .info, function: "start",
          value: .list([.integer(1), .integer(2)])),
        HistoryEvent(
          process: .client(0), kind: .ok, function: "write", value: .text("\\]")),
      ])
  }

  @Test("a transaction's words are keywords whether JSON or EDN spelled them")
  func words() throws {
    let json = #"{"process":1,"type":"ok","f":"txn","value":[["append","x",1],["r","y",null]]}"#
    let edn = #"{:process 1 :type :ok :f :txn :value [[:append "x" 1] [:r "y" nil]]}"#
    #expect(try Self.events(Array(json.utf8)) == Self.events(Array(edn.utf8)))
  }

  @Test("Jepsen's log puts the reason where the value would be")
  func reason() throws {
    let line = "INFO  jepsen.util - 3\t:info\t:cas\t:timed-out\n"
    let events = try Self.events(Array(line.utf8))
    #expect(events.map(\.error) == ["timed-out"])
    #expect(events.map(\.value) == [.null])
  }

  @Test("Jepsen's log refuses a key instead of dropping it")
  func keyRefused() {
    let event = HistoryEvent(
      process: .client(0), kind: .invoke, function: "read", key: .text("x"))
    #expect(throws: HistoryError.self) {
      try HistoryWriter(format: .jepsenLog).bytes(of: [event])
    }
  }

  static func events(_ bytes: some Collection<UInt8>) throws -> [HistoryEvent] {
    var reader = HistoryReader()
    var events: [HistoryEvent] = []
    try reader.read(bytes) { event, _ in events.append(event) }
    try reader.finish { event, _ in events.append(event) }
    return events
  }
}

extension HistoryEvent {
  fileprivate var withoutTime: HistoryEvent {
    var event = self
    event.time = nil
    return event
  }
}
