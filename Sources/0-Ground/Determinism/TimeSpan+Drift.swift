/// How far clocks are trusted: two of them drift apart by at most one part in a hundred of either.
/// Crystals keep within 100 parts in a million; the rest is for machines whose hosts adjust them.
extension TimeSpan {
  /// No longer, by any clock, than this span is by the one it was measured with: divided by
  /// (1 + ρ)², once for each of two clocks.
  @inlinable public var shortened: TimeSpan { TimeSpan(nanoseconds: nanoseconds / 10_201 * 10_000) }

  /// Certainly as long, by any other clock: times (1 + ρ)².
  @inlinable public var stretched: TimeSpan {
    TimeSpan(nanoseconds: nanoseconds / 10_000 * 10_201 + 10_201)
  }
}

extension Instant {
  /// The instant `span` earlier; the clock's origin, when that lies before it.
  @inlinable public static func - (a: Instant, span: TimeSpan) -> Instant {
    Instant(nanoseconds: a.nanoseconds > span.nanoseconds ? a.nanoseconds - span.nanoseconds : 0)
  }
}
