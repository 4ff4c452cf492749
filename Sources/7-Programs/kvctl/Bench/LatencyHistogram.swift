/// Latencies in nanoseconds, counted in buckets of at most 1/128 of their value (the shape of Gil
/// Tene's HdrHistogram): recording is a shift and an increment, and every percentile is within 0.8
/// %.
struct LatencyHistogram: Equatable {
  private static let precisionBits = 7
  private static let half = 1 << precisionBits

  private var buckets: [UInt64]
  private(set) var count: UInt64 = 0
  private(set) var largest: UInt64 = 0
  private var sum: Double = 0

  init() {
    buckets = Array(
      repeating: 0, count: (UInt64.bitWidth - Self.precisionBits + 1) * Self.half)
  }

  mutating func record(_ nanoseconds: UInt64) {
    buckets[Self.bucket(of: nanoseconds)] += 1
    count += 1
    largest = max(largest, nanoseconds)
    sum += Double(nanoseconds)
  }

  mutating func merge(_ other: LatencyHistogram) {
    for place in buckets.indices { buckets[place] += other.buckets[place] }
    count += other.count
    largest = max(largest, other.largest)
    sum += other.sum
  }

  var mean: Double { count == 0 ? 0 : sum / Double(count) }

  /// The latency that `share` (0 to 1) of the recorded ones do not exceed; 0 when nothing was
  /// recorded.
  func percentile(_ share: Double) -> UInt64 {
    let rank = max(1, UInt64((share * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (bucket, here) in buckets.enumerated() where here > 0 {
      seen += here
      if seen >= rank { return min(Self.largestValue(in: bucket), largest) }
    }
    return largest
  }

  /// Values below 2^(bits + 1) have a bucket each; above, each doubling has 2^bits buckets.
  static func bucket(of value: UInt64) -> Int {
    let significant = UInt64.bitWidth - value.leadingZeroBitCount
    let shift = max(0, significant - precisionBits - 1)
    return shift << precisionBits + Int(value >> UInt64(shift))
  }

  static func largestValue(in bucket: Int) -> UInt64 {
    let shift = max(0, bucket >> precisionBits - 1)
    let base = UInt64(bucket - shift << precisionBits)
    return (base << UInt64(shift)) | (1 << UInt64(shift) - 1)
  }
}
