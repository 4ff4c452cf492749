/// When clients with open connections learned that the address had moved.
package struct ClientNews: Equatable, Sendable {
  /// Nanoseconds from the move, as the segment saw it, to the end of each connection; 0 for those
  /// that ended before.
  package private(set) var delays: [ClientEnding.Habit: [UInt64]] = [:]
  /// So many have not learned it.
  package private(set) var unaware: Int

  /// - Parameters:
  ///   - endings: of connections that were open before the move.
  ///   - count: how many there were.
  ///   - moved: CLOCK_BOOTTIME of the new holder's first packet.
  package init(_ endings: [ClientEnding], of count: Int, moved: UInt64) {
    unaware = count - endings.count
    for ending in endings {
      delays[ending.habit, default: []].append(ending.at > moved ? ending.at - moved : 0)
    }
  }

  /// Nothing of any round.
  package init() { unaware = 0 }

  package static func += (a: inout ClientNews, b: ClientNews) {
    for habit in ClientEnding.Habit.allCases {
      a.delays[habit, default: []] += b.delays[habit] ?? []
    }
    a.unaware += b.unaware
  }

  /// As a line for people, without its end.
  package var line: String {
    let parts = ClientEnding.Habit.allCases.compactMap { habit -> String? in
      guard let delays = delays[habit], !delays.isEmpty else { return nil }
      let figures = Distribution(delays)
      let words = [figures.quantile(0.5), figures.quantile(0.99), figures.max]
        .map(FailoverRound.milliseconds)
      return "\(delays.count) \(habit.rawValue) clients learned of it after "
        + words.joined(separator: " / ") + " ms"
    }
    return (parts + (unaware > 0 ? ["\(unaware) did not"] : [])).joined(separator: ", ")
  }
}
