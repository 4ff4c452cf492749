import Testing

@testable import LiveCluster

@Suite("When clients with open connections learn of a move")
struct ClientNewsTests {
  @Test("an ending's line is read as it was written, and half a line is none")
  func lines() {
    let ending = ClientEnding(.writing, at: 123, .reset)
    #expect(ClientEnding(line: ending.line.dropLast()) == ending)
    #expect(ClientEnding(line: "connected") == nil && ClientEnding(line: "idle 7 res") == nil)
  }

  @Test("delays count from the move, of each habit by itself, and whoever is missing is unaware")
  func delays() {
    var news = ClientNews(
      [
        ClientEnding(.idle, at: 130, .reset), ClientEnding(.idle, at: 90, .closed),
        ClientEnding(.writing, at: 105, .reset),
      ], of: 5, moved: 100)
    #expect(news.delays == [.idle: [30, 0], .writing: [5]] && news.unaware == 2)
    news += ClientNews([ClientEnding(.idle, at: 107, .reset)], of: 1, moved: 100)
    #expect(news.delays[.idle] == [30, 0, 7] && news.unaware == 2)
    #expect(news.line.hasSuffix(", 2 did not"))
  }

  @Test("a verdict is not safe when a client was left waiting")
  func unaware() {
    var round = FailoverRound(
      kind: .freeze, number: 1, from: 1, to: 2, begin: 0, end: 1, gap: 1, evidence: "seen")
    var verdict = FailoverVerdict()
    round.news = ClientNews([ClientEnding(.idle, at: 1, .reset)], of: 1, moved: 0)
    verdict.rounds = [round]
    #expect(verdict.isSafe)
    round.news = ClientNews([], of: 1, moved: 0)
    verdict.rounds = [round]
    #expect(!verdict.isSafe)
    #expect(verdict.table("lan").contains { $0 == "freeze: 1 did not (median / p99 / max)" })
  }
}
