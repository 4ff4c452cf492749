/// Repeated measurements: the median is reported, because one round may have been disturbed.
enum Rounds {
  static let count = 7

  /// Nanoseconds of CPU time that one of `operations` takes; one round before the first warms up.
  static func cost(_ operations: Int, _ body: () throws -> Void) rethrows -> Double {
    try median {
      let start = Clock.processor()
      try body()
      return (Clock.processor() - start) * 1e9 / Double(operations)
    }
  }

  /// The median of what `round` says, of an odd number of rounds.
  static func median(_ round: () throws -> Double) rethrows -> Double {
    _ = try round()
    var figures: [Double] = []
    for _ in 0..<count { figures.append(try round()) }
    return figures.sorted()[count / 2]
  }
}
