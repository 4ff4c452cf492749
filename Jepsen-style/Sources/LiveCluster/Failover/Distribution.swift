/// Figures of many rounds.
package struct Distribution: Equatable, Sendable {
  private let sorted: [UInt64]

  package init(_ values: [UInt64]) { sorted = values.sorted() }

  package var count: Int { sorted.count }
  /// 0 for none.
  package var max: UInt64 { sorted.last ?? 0 }

  /// The least value that at least this share of all does not exceed (nearest rank); 0 for none.
  package func quantile(_ share: Double) -> UInt64 {
    guard !sorted.isEmpty else { return 0 }
    let rank = Int((share * Double(sorted.count)).rounded(.up))
    return sorted[Swift.min(sorted.count, Swift.max(1, rank)) - 1]
  }
}
