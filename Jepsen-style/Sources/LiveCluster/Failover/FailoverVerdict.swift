/// All rounds, judged.
package struct FailoverVerdict: Sendable {
  package var rounds: [FailoverRound] = []
  /// Instants at which the observer heard two holders.
  package var overlaps: [UInt64] = []
  /// What broke a promise that is not a figure: something left behind, an address lost, nodes that
  /// did not become equal, an observer that did not observe.
  package var complaints: [String] = []

  package init() {}

  /// Nothing was broken, every round took effect, and no client was left waiting. Figures are
  /// judged by `slow`.
  package var isSafe: Bool {
    overlaps.isEmpty && complaints.isEmpty
      && rounds.allSatisfy { $0.evidence != nil && $0.news?.unaware ?? 0 == 0 }
  }

  /// The kinds whose gaps were longer than promised.
  package func slow(_ profile: String) -> [FailoverKind] {
    FailoverKind.allCases.filter { kind in
      let gaps = Distribution(rounds.filter { $0.kind == kind }.map(\.gap))
      guard let bound = kind.bound(profile) else { return false }
      return gaps.quantile(0.5) > bound.median * 1_000_000
        || gaps.quantile(0.99) > bound.high * 1_000_000
    }
  }

  /// A table of all kinds that were tried.
  package func table(_ profile: String) -> [String] {
    var lines = ["kind        rounds  void  median ms  p99 ms  max ms  promised    two holders"]
    for kind in FailoverKind.allCases {
      let own = rounds.filter { $0.kind == kind }
      guard !own.isEmpty else { continue }
      let valid = own.filter { $0.evidence != nil }
      let gaps = Distribution(valid.map(\.gap))
      let bound = kind.bound(profile).map { "\($0.median)/\($0.high)" } ?? "-"
      let twice = overlaps.count { time in own.contains { $0.begin <= time && time <= $0.end } }
      lines.append(
        Self.left(kind.rawValue, 10) + Self.right("\(valid.count)", 8)
          + Self.right("\(own.count - valid.count)", 6)
          + Self.right(FailoverRound.milliseconds(gaps.quantile(0.5)), 11)
          + Self.right(FailoverRound.milliseconds(gaps.quantile(0.99)), 8)
          + Self.right(FailoverRound.milliseconds(gaps.max), 8) + "  "
          + Self.left(bound, 10) + Self.right("\(twice)", 13))
    }
    for kind in FailoverKind.allCases {
      var news = ClientNews()
      for round in rounds where round.kind == kind { news += round.news ?? ClientNews() }
      if !news.line.isEmpty { lines.append("\(kind.rawValue): \(news.line) (median / p99 / max)") }
    }
    lines.append("two holders, all in all: \(overlaps.count)")
    lines += complaints.isEmpty ? ["nothing left behind, nothing lost"] : complaints
    return lines
  }

  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }
}
