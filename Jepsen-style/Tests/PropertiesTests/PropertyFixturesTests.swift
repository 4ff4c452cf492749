import Histories
import Testing

@testable import Properties

@Suite("Histories that break a property")
struct PropertyFixturesTests {
  static let broken: [(property: Property, says: String, story: String)] = [
    (.register, "read → 1", "0 :write 1 → 1\n0 :write 2 → 2\n1 :read nil → 1"),
    (.register, "read → nil", "0 :write 1 → 1\n1 :read nil → nil"),
    (.register, "cas [1 3]", "0 :write 1 → 1\n0 :cas [1 2] → [1 2]\n1 :cas [1 3] → [1 3]"),
    (.register, "cas [1 2]", "0 :write 1 → 1\n1 :cas [1 2] → false"),
    (.register, "read → 2", "0 :write 1 → 1\n0 :write 2 → fail\n1 :read nil → 2"),
    (
      .register, "read → 1",
      "0 :write 1 → ?\n1 :write 2 → 2\n1 :read nil → 1\n"
        + "1 :read nil → 2\n1 :read nil → 1"
    ),
    (
      .transactions, #"which leaves: "x" = 1, "y" = 1"#,
      "0 :txn [[:w x 1] [:w y 1]] → [[:w x 1] [:w y 1]]\n"
        + "1 :txn [[:r x nil] [:r y nil]] → [[:r x 1] [:r y nil]]"
    ),
    (
      .transactions, "false",
      "0 :txn [[:w x 1]] → [[:w x 1]]\n1 :txn [[:eq x 1] [:w x 2]] → false"
    ),
    (
      .transactions, "cas",
      "0 :txn [[:w x 1]] → [[:w x 1]]\n1 :txn [[:cas x [2 3]]] → [[:cas x [2 3]]]"
    ),
    (
      .listAppend, "G-single-realtime",
      "0 :txn [[:append x 1]] → [[:append x 1]]\n"
        + "1 :txn [[:r x nil]] → [[:r x nil]]"
    ),
    (.set, "misses an element whose add", "0 :add 1 → 1\n0 :read nil → []"),
    (.set, "an earlier read showed", "0 :add 1 → ?\n1 :read nil → [1]\n2 :read nil → []"),
    (.set, "nobody added", "0 :read nil → [7]"),
    (.set, "twice", "0 :add 1 → 1\n0 :read nil → [1 1]"),
    (.set, "whose add failed", "0 :add 1 → fail\n0 :read nil → [1]"),
    (.set, "before its add began", "0 :read nil → [1]\n0 :add 1 → 1"),
    (
      .set, "an element of the other",
      "0 :add 1 → ?\n1 :add 2 → ?\n"
        + "2 :read nil → [1]\n2 :read nil → [2]"
    ),
    (.counter, "not in 1…1", "0 :add 1 → 1\n0 :read nil → 2"),
    (.counter, "not in 1…3", "0 :add 1 → 1\n0 :add 2 → ?\n1 :read nil → 0"),
    (.counter, "not in 2…3", "0 :add 3 → 3\n0 :add -1 → ?\n1 :read nil → 1"),
    (.counter, "not in 0…0", "0 :add 1 → fail\n1 :read nil → 1"),
    (.counter, "fell from 3 to 1", "0 :add 1 → 1\n0 :add 2 → ?\n1 :read nil → 3\n1 :read nil → 1"),
    (.bank, "sum to 19 instead of 20", "0 :read nil → {a 10, b 10}\n1 :read nil → {a 9, b 10}"),
  ]

  @Test("is found, and the report says what", arguments: broken.indices)
  func breaks(index: Int) throws {
    let (property, says, story) = Self.broken[index]
    let history = try History.sequence(story)
    let verdict = check(history, as: property)
    #expect(verdict.exitCode == 1)
    #expect("\(verdict)".contains(says), "\(verdict)")
    #expect(Property(spokenOfBy: history) == property)
  }

  @Test("every property has one")
  func every() {
    for property in Property.allCases {
      #expect(Self.broken.contains { $0.property == property }, "\(property)")
    }
  }

  static let sound: [(property: Property, story: String)] = [
    (.register, "0 :write 1 → ?\n1 :write 2 → 2\n1 :read nil → 2\n1 :read nil → 1"),
    (.register, "0 :write 1 → 1\n1 :cas [2 3] → fail\n1 :cas [2 3] → false\n1 :read nil → 1"),
    (
      .transactions,
      "0 :txn [[:w x 1] [:w y 1]] → ?\n"
        + "1 :txn [[:r x nil] [:r y nil]] → [[:r x 1] [:r y 1]]"
    ),
    (
      .transactions,
      "0 :txn [[:eq x 5] [:w x 1]] → ?\n"
        + "1 :txn [[:r x nil] [:w y 1]] → [[:r x nil] [:w y 1]]"
    ),
    (.listAppend, "0 :txn [[:append x 1]] → [[:append x 1]]\n1 :txn [[:r x nil]] → [[:r x [1]]]"),
    (.set, "0 :add 1 → ?\n1 :add 2 → 2\n2 :read nil → [2]\n2 :read nil → [2 1]"),
    (.counter, "0 :add 1 → ?\n1 :add 2 → 2\n2 :read nil → 2\n2 :read nil → 3"),
    (.counter, "0 :add 5 → 5\n1 :add -2 → ?\n2 :read nil → 5\n2 :read nil → 3"),
    (.bank, "0 :read nil → {a 10, b 10}\n1 :transfer {} → ?\n1 :read nil → {a 9, b 11}"),
  ]

  @Test("its sound neighbour is not", arguments: sound.indices)
  func keeps(index: Int) throws {
    let (property, story) = Self.sound[index]
    let history = try History.sequence(story)
    let verdict = check(history, as: property)
    #expect(verdict.exitCode == 0, "\(verdict)")
    #expect(Property(spokenOfBy: history) == property)
  }

  @Test("two adds against real time are found though no read is late")
  func twoAdds() throws {
    let history = try History.story(
      """
      2 :invoke :read nil
      0 :invoke :add 1
      0 :ok :add 1
      1 :invoke :add 2
      1 :ok :add 2
      2 :ok :read [2]
      """)
    #expect("\(check(history))".contains("the later of two adds without the earlier"))
  }

  @Test("keys are objects of their own, and the witness names the broken one")
  func keys() throws {
    var recorder = HistoryRecorder()
    for (key, value) in [("x", 1), ("y", 2)] as [(String, Int64)] {
      recorder.invoke(.client(0), "write", key: .text(key), .integer(value))
      recorder.complete(.client(0), .ok)
      recorder.invoke(.client(0), "read", key: .text(key))
      recorder.complete(.client(0), .ok, .integer(1))
    }
    guard case .notLinearizable(let witness) = try RegisterLinearizability.check(recorder.history)
    else {
      Issue.record("a read of y returned what was written to x")
      return
    }
    #expect(witness.key == .text("y"))
    #expect(witness.states == ["2"])
  }

  @Test("a budget too small is undecided and exits with 2")
  func undecided() throws {
    let history = try History.story(
      (0..<12).map { "\($0) :invoke :write \($0)" }.joined(separator: "\n") + "\n"
        + (0..<12).map { "\($0) :ok :write \($0)" }.joined(separator: "\n")
        + "\n99 :invoke :read nil\n99 :ok :read 77")
    let small = LinearizabilityBudget(steps: 1_000_000_000, configurations: 64)
    let verdict = check(history, budget: small)
    #expect(verdict.exitCode == 2, "\(verdict)")
    let few = check(history, budget: LinearizabilityBudget(steps: 50, configurations: 100_000))
    #expect(few.exitCode == 2, "\(few)")
    #expect(check(history).exitCode == 1)
  }

  @Test("a file that is no history exits with 2")
  func unreadable() {
    #expect(check(Array("no history".utf8)).exitCode == 2)
    #expect(check(Array("{:process 0 :type :invoke :f :dance}".utf8)).exitCode == 2)
  }

  @Test("an empty history breaks nothing")
  func empty() {
    #expect(check([]).exitCode == 0)
  }
}
