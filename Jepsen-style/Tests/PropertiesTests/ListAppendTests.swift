import Histories
import Testing

@testable import Properties

@Suite("List-append")
struct ListAppendTests {
  typealias Kind = ListAppendAnomaly.Kind

  @Test("each anomaly is found and named", arguments: fixtures.indices)
  func named(index: Int) throws {
    let (name, story) = Self.fixtures[index]
    guard case .anomalous(let anomalies) = try ListAppendChecker.check(History.sequence(story))
    else {
      Issue.record("\(name) was not found")
      return
    }
    #expect(anomalies.first?.name == name, "\(anomalies)")
  }

  @Test("every kind of anomaly has a fixture")
  func everyKind() {
    for kind in Kind.allCases {
      #expect(Self.fixtures.contains { $0.name.hasPrefix(kind.rawValue) }, "\(kind)")
    }
  }

  @Test("appends of unknown outcome may show up late, or never")
  func unknown() throws {
    let history = try History.sequence(
      """
      0 :txn [[:append x 1]] → ?
      1 :txn [[:append x 2]] → ?
      2 :txn [[:r x nil]] → [[:r x nil]]
      3 :txn [[:r x nil]] → [[:r x [2]]]
      """)
    guard case .strictlySerializable = try ListAppendChecker.check(history) else {
      Issue.record("\(try ListAppendChecker.check(history))")
      return
    }
  }

  @Test("one who read the whole list and appended does not precede itself")
  func readThenAppend() throws {
    let history = try History.sequence(
      "0 :txn [[:r x nil] [:append x 1]] → [[:r x nil] [:append x 1]]")
    guard case .strictlySerializable = try ListAppendChecker.check(history) else {
      Issue.record("\(try ListAppendChecker.check(history))")
      return
    }
  }

  @Test("a cycle is told with its reasons")
  func reasons() throws {
    let story = Self.fixtures.first { $0.name == "G-single-realtime" }?.story ?? ""
    guard case .anomalous(let anomalies) = try ListAppendChecker.check(History.sequence(story))
    else {
      Issue.record("nothing was found")
      return
    }
    #expect(
      anomalies.first?.reasons == [
        #"T1 < T2: T1 read "x" without what T2 appended"#,
        "T2 < T1: T2 completed before T1 began",
      ])
  }

  @Test("an element appended twice makes a history unsuitable")
  func twice() throws {
    let history = try History.sequence("0 :txn [[:append x 1] [:append x 1]] → ?")
    #expect(throws: PropertyError.self) { try ListAppendChecker.check(history) }
  }

  @Test("a chain of a hundred thousand transactions needs no deep stack")
  func long() throws {
    var recorder = HistoryRecorder()
    for index in 0..<100_000 as Range<Int64> {
      let part = HistoryValue.list([.keyword("append"), .text("x"), .integer(index)])
      recorder.invoke(.client(index % 5), "txn", .list([part]))
      recorder.complete(.client(index % 5), .ok)
    }
    guard case .strictlySerializable = try ListAppendChecker.check(recorder.history) else {
      Issue.record("appends in order were called an anomaly")
      return
    }
  }
}
