import Determinism

/// The log on a real disk, in the current directory, beside the same writes without a log: `pwrite`
/// and `fdatasync` into a file that is preallocated and written with zeros, as segments are.
enum LogBenchmark: Part {
  static let name = "log"

  static func run() throws {
    let bench = try LogDisk()
    defer { bench.remove() }
    var dice = Dice(seed: 6)
    for (what, payload, groups) in [("64 KiB", 64 << 10, 240), ("4 KiB", 3 << 10, 600)] {
      // 290 bytes are a put of 256; the header of an entry stands before each.
      let count = max(1, payload / 320)
      let bodies = (0..<count).map { _ in Samples.noise(payload / count - 31, &dice) }
      try compare("groups of \(what)", bodies, groups, bench)
    }
    let documents = (0..<64).map { _ in Samples.document(&dice) }
    let noise = documents.map { Samples.noise($0.count, &dice) }
    let plain = try median { try bench.appendAll(noise, 240) }
    let packed = try median { try bench.appendAll(documents, 240) }
    let bytes = Double(240 * documents.reduce(0) { $0 + $1.count })
    Report.figure("64 values of 1 KiB a sync, noise", bytes / plain.sum / 1e6, "MB/s")
    Report.figure("64 JSON documents of 1 KiB a sync", bytes / packed.sum / 1e6, "MB/s")
    Report.figure("  of them written", 100 * Double(packed.written) / Double(plain.written), "%")
    Report.figure("  throughput beside noise", plain.sum / packed.sum, "times")
  }

  /// Rounds of the log and of the bare file take turns: a disk has moods.
  private static func compare(
    _ what: String, _ bodies: [[UInt8]], _ groups: Int, _ bench: LogDisk
  ) throws {
    let bytes = bodies.reduce(0) { $0 + $1.count + 31 }
    _ = try (bench.appendAll(bodies, groups), bench.writeBare(bytes, groups))
    var (logs, bares): ([Syncs], [Syncs]) = ([], [])
    for _ in 0..<Rounds.count {
      logs.append(try bench.appendAll(bodies, groups))
      bares.append(try bench.writeBare(bytes, groups))
    }
    let (log, bare) = (Syncs.median(logs), Syncs.median(bares))
    let total = Double(bytes * groups) / 1e6
    Report.figure("\(what): log", total / log.sum, "MB/s", also: "p50 \(micros(log.middle))")
    Report.figure("\(what): bare", total / bare.sum, "MB/s", also: "p50 \(micros(bare.middle))")
    Report.figure("\(what): log beside bare, throughput", 100 * bare.sum / log.sum, "%")
    Report.figure("\(what): log beside bare, at the median", 100 * bare.middle / log.middle, "%")
    Report.figure(
      "\(what): bytes written for each", Double(log.written) / Double(bytes * groups), "")
  }

  private static func median(_ round: () throws -> Syncs) rethrows -> Syncs {
    _ = try round()
    var all: [Syncs] = []
    for _ in 0..<Rounds.count { all.append(try round()) }
    return Syncs.median(all)
  }

  private static func micros(_ seconds: Double) -> String { "\(Report.fixed(seconds * 1e6, 0)) µs" }
}

/// How long the groups of a round took.
struct Syncs {
  let sum: Double
  /// The median group.
  let middle: Double
  /// Bytes of the file that were written.
  let written: Int

  static func median(_ rounds: [Syncs]) -> Syncs {
    rounds.sorted { $0.sum < $1.sum }[rounds.count / 2]
  }
}
