/// What came of a benchmark.
struct BenchTally: Sendable {
  var puts = LatencyHistogram()
  var gets = LatencyHistogram()
  /// Gets of keys that do not exist; they count as gets.
  var missing: UInt64 = 0
  /// Told to come back later (429): the server had as much as it takes.
  var busy: UInt64 = 0
  /// Refused by the server for another reason.
  var refused: UInt64 = 0
  /// Connection lost, or no reply in time.
  var lost: UInt64 = 0
  /// Requests that were due by `rate` and could not be sent, because every connection was busy to
  /// the end.
  var notSent: UInt64 = 0
  var seconds: Double = 0
  /// The longest time, in nanoseconds, in which one event loop got no answer, and its end in
  /// nanoseconds after the start.
  var longestPause: UInt64 = 0
  var longestPauseEnd: UInt64 = 0
  /// Those that the machine's own pauses could explain.
  private var pauses: [MachineWatch.Pause] = []
  /// The longest of them, less the time in which the machine itself stood still, in nanoseconds.
  private(set) var longestOwnPause: UInt64 = 0
  /// The longest time in which the machine stood still, in nanoseconds.
  private(set) var longestMachinePause: UInt64 = 0
  /// The largest latency of what was answered in each second, in nanoseconds.
  var largestEachSecond: [UInt64] = []

  /// - Parameter end: in nanoseconds after the start.
  mutating func paused(_ pause: MachineWatch.Pause, until end: UInt64) {
    if pause.length > longestPause { (longestPause, longestPauseEnd) = (pause.length, end) }
    if pause.length >= MachineWatch.least { pauses.append(pause) }
  }

  /// Tells the pauses of the server from those of the machine.
  mutating func explain(by machine: [MachineWatch.Pause]) {
    for pause in pauses {
      let explained = machine.reduce(0) { $0 + $1.overlap(pause) }
      longestOwnPause = max(longestOwnPause, pause.length - min(explained, pause.length))
    }
    longestMachinePause = machine.map(\.length).max() ?? 0
  }

  /// - Parameter end: when it was answered, in nanoseconds after the start.
  mutating func answered(_ latency: UInt64, at end: UInt64) {
    let second = min(Int(clamping: end / 1_000_000_000), 86_400)
    while largestEachSecond.count <= second { largestEachSecond.append(0) }
    largestEachSecond[second] = max(largestEachSecond[second], latency)
  }

  mutating func merge(_ other: BenchTally) {
    puts.merge(other.puts)
    gets.merge(other.gets)
    missing += other.missing
    busy += other.busy
    refused += other.refused
    lost += other.lost
    notSent += other.notSent
    seconds = max(seconds, other.seconds)
    if other.longestPause > longestPause {
      (longestPause, longestPauseEnd) = (other.longestPause, other.longestPauseEnd)
    }
    pauses += other.pauses
    for (second, latency) in other.largestEachSecond.enumerated() {
      answered(latency, at: UInt64(second) * 1_000_000_000)
    }
  }
}
