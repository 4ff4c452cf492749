/// Time without an answered write.
package enum GapMeasure {
  /// The longest time between two completions in `window`, in nanoseconds. Its ends count as
  /// completions, so that a service that never came back is no small gap.
  ///
  /// - Parameter probes: in any order.
  package static func longest(_ probes: [Probe], in window: ClosedRange<UInt64>) -> UInt64 {
    let ends = probes.filter { $0.ending == .written && window.contains($0.end) }.map(\.end)
    var longest: UInt64 = 0
    var last = window.lowerBound
    for end in ends.sorted() + [window.upperBound] {
      longest = max(longest, end - last)
      last = end
    }
    return longest
  }
}
