internal import Histories

/// A run in slices of time: how much was answered, and how quickly.
struct Timeline {
  struct Slice: Equatable {
    var ok = 0
    var failed = 0
    var unknown = 0
    /// Milliseconds, of operations that ended ok; nil when none did.
    var median: Double?
    var percentile99: Double?
    var worst: Double?
  }

  /// Seconds.
  let width: Double
  let slices: [Slice]

  var seconds: Double { width * Double(slices.count) }

  init(_ history: History, seconds: Double) {
    // Some 240 slices: a few pixels each.
    width = max(0.25, (seconds / 240 * 4).rounded(.up) / 4)
    let count = max(1, Int((seconds / width).rounded(.up)))
    var slices = Array(repeating: Slice(), count: count)
    var latencies = Array(repeating: [Double](), count: count)
    for operation in history.operations {
      guard let began = operation.invokedAt, let ended = operation.completedAt else { continue }
      let place = min(count - 1, Int(Double(ended) / 1e9 / width))
      switch operation.outcome {
      case .ok:
        slices[place].ok += 1
        latencies[place].append(Double(ended - began) / 1e6)
      case .failed: slices[place].failed += 1
      case .unknown: slices[place].unknown += 1
      }
    }
    for place in slices.indices where !latencies[place].isEmpty {
      let sorted = latencies[place].sorted()
      slices[place].median = sorted[sorted.count / 2]
      slices[place].percentile99 = sorted[sorted.count * 99 / 100]
      slices[place].worst = sorted.last
    }
    self.slices = slices
  }
}
