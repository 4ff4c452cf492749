import Histories
import Testing

@testable import Properties

@Suite("List-append")
struct ListAppendTests {
  typealias Kind = ListAppendAnomaly.Kind

  /// A history for each anomaly, sequential unless it says otherwise.
  static let fixtures: [(name: String, story: String)] = [
    (
      "internal",
      "0 :txn [[:append x 1] [:r x nil]] → [[:append x 1] [:r x []]]"
    ),
    ("phantom", "0 :txn [[:r x nil]] → [[:r x [7]]]"),
    (
      "duplicate",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      0 :txn [[:r x nil]] → [[:r x [1 1]]]
      """
    ),
    (
      "incompatible-order",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      0 :txn [[:append x 2]] → [[:append x 2]]
      0 :txn [[:r x nil]] → [[:r x [1 2]]]
      0 :txn [[:r x nil]] → [[:r x [2]]]
      """
    ),
    (
      "G1a",
      """
      0 :txn [[:append x 1]] → fail
      0 :txn [[:r x nil]] → [[:r x [1]]]
      """
    ),
    (
      "G1b",
      """
      0 :txn [[:append x 1] [:append x 2]] → [[:append x 1] [:append x 2]]
      0 :txn [[:r x nil]] → [[:r x [1]]]
      0 :txn [[:r x nil]] → [[:r x [1 2]]]
      """
    ),
    (
      "G0",
      """
      0 :txn [[:append x 1] [:append y 1]] → ?
      1 :txn [[:append x 2] [:append y 2]] → ?
      2 :txn [[:r x nil] [:r y nil]] → [[:r x [1 2]] [:r y [2 1]]]
      """
    ),
    (
      "G0-realtime",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      1 :txn [[:append x 2]] → [[:append x 2]]
      2 :txn [[:r x nil]] → [[:r x [2 1]]]
      """
    ),
    (
      "G1c",
      """
      0 :txn [[:append x 1] [:r y nil]] → [[:append x 1] [:r y [2]]]
      1 :txn [[:append y 2] [:r x nil]] → [[:append y 2] [:r x [1]]]
      """
    ),
    (
      "G1c-realtime",
      """
      0 :txn [[:r x nil]] → [[:r x [1]]]
      1 :txn [[:append x 1]] → [[:append x 1]]
      """
    ),
    (
      "G-single",
      """
      0 :txn [[:append x 1] [:append y 1]] → [[:append x 1] [:append y 1]]
      1 :txn [[:r x nil] [:r y nil]] → [[:r x [1]] [:r y nil]]
      2 :txn [[:r y nil]] → [[:r y [1]]]
      """
    ),
    (
      "G-single-process",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      0 :txn [[:r x nil]] → [[:r x nil]]
      1 :txn [[:r x nil]] → [[:r x [1]]]
      """
    ),
    (
      "G-single-realtime",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      1 :txn [[:r x nil]] → [[:r x nil]]
      2 :txn [[:r x nil]] → [[:r x [1]]]
      """
    ),
    (
      "G2-item",
      """
      0 :txn [[:r x nil] [:append y 1]] → [[:r x nil] [:append y 1]]
      1 :txn [[:r y nil] [:append x 1]] → [[:r y nil] [:append x 1]]
      2 :txn [[:r x nil] [:r y nil]] → [[:r x [1]] [:r y [1]]]
      """
    ),
    (
      // An acknowledged append that no later read shows.
      "G-single-realtime",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      1 :txn [[:r x nil]] → [[:r x nil]]
      """
    ),
    (
      // Two appends, each by one who did not see the other: a lost update that no read shows.
      "G2-item",
      """
      0 :txn [[:r x nil] [:append x 1]] → [[:r x nil] [:append x 1]]
      1 :txn [[:r x nil] [:append x 2]] → [[:r x nil] [:append x 2]]
      """
    ),
  ]

  @Test("each anomaly is found and named", arguments: fixtures.indices)
  func named(index: Int) throws {
    let (name, story) = Self.fixtures[index]
    guard case .anomalous(let anomalies) = try ListAppendChecker.check(sequence(story)) else {
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
    let history = try sequence(
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
    let history = try sequence(
      "0 :txn [[:r x nil] [:append x 1]] → [[:r x nil] [:append x 1]]")
    guard case .strictlySerializable = try ListAppendChecker.check(history) else {
      Issue.record("\(try ListAppendChecker.check(history))")
      return
    }
  }

  @Test("a cycle is told with its reasons")
  func reasons() throws {
    let story = Self.fixtures.first { $0.name == "G-single-realtime" }?.story ?? ""
    guard case .anomalous(let anomalies) = try ListAppendChecker.check(sequence(story)) else {
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
    let history = try sequence("0 :txn [[:append x 1] [:append x 1]] → ?")
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
