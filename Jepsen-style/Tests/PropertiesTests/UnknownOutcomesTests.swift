import Histories
import Testing

@testable import Properties

/// What made seed 1009875 undecided: docs/TRACK-RECORD.md.
@Suite("Registers with many unknown outcomes")
struct UnknownOutcomesTests {
  private let budget = LinearizabilityBudget(steps: 1_000_000, configurations: 10_000)

  // Rounds of clients that give up, each write and compare-and-set of another value. Some later
  // read finds one of them, and some compare-and-set is told that its value is not there.
  private func history(rounds: Int, lastRead: Int64) throws -> History {
    var recorder = HistoryRecorder()
    var client: Int64 = 0
    func once(
      _ function: String, _ argument: HistoryValue, _ outcome: HistoryOperation.Outcome,
      _ result: HistoryValue? = nil
    ) {
      client += 1
      recorder.invoke(.client(client), function, argument)
      recorder.complete(.client(client), outcome, result)
    }
    var value: Int64 = 0
    for round in 0..<Int64(rounds) {
      for _ in 0..<4 {
        once("write", .integer(value + 1), .unknown)
        once("cas", .list([.integer(value), .integer(value + 2)]), .unknown)
        once("cas", .list([.null, .integer(value + 3)]), .unknown)
        value += 3
      }
      once("write", .integer(-round), .ok)
      once("cas", .list([.null, .integer(value + 1)]), .ok, .boolean(false))
      once("read", .null, .ok, .integer(value - 2))
      once("cas", .list([.integer(value - 2), .integer(value + 2)]), .ok, .boolean(false))
      value += 2
    }
    once("read", .null, .ok, .integer(lastRead))
    return try History(recorder.events)
  }

  @Test("are decided: what nobody saw need not be tried")
  func decided() throws {
    let good = try history(rounds: 12, lastRead: 1)
    #expect(try RegisterLinearizability.check(good, budget: budget).holds == true)
  }

  @Test("and a value that was never written is still found out")
  func bites() throws {
    let bad = try history(rounds: 12, lastRead: 1_000_000)
    #expect(try RegisterLinearizability.check(bad, budget: budget).holds == false)
  }

  @Test("a write that nobody saw may still be why a compare-and-set found another value")
  func denial() throws {
    let explained = try History.sequence("0 :write 1 → 1\n1 :write 2 → ?\n2 :cas [1 3] → false")
    #expect(try RegisterLinearizability.check(explained).holds == true)
    let chained = try History.sequence("0 :write 1 → 1\n1 :cas [1 2] → ?\n2 :cas [1 3] → false")
    #expect(try RegisterLinearizability.check(chained).holds == true)
    let impossible = try History.sequence("0 :write 1 → 1\n1 :cas [5 2] → ?\n2 :cas [1 3] → false")
    #expect(try RegisterLinearizability.check(impossible).holds == false)
  }
}
