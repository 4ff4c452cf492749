internal import JSONText

/// A benchmark's result for people and for scripts.
struct BenchReport {
  let plan: BenchPlan
  let tally: BenchTally

  private static let percentiles: [(heading: String, name: StaticString, share: Double)] = [
    ("P50", "p50_ns", 0.5), ("P90", "p90_ns", 0.9), ("P99", "p99_ns", 0.99),
    ("P99.9", "p999_ns", 0.999), ("MAX", "max_ns", 1),
  ]

  private var parts: [(name: String, histogram: LatencyHistogram)] {
    [("put", tally.puts), ("get", tally.gets)].filter { $0.1.count > 0 }
  }

  private func rate(_ histogram: LatencyHistogram) -> Double {
    Double(histogram.count) / max(tally.seconds, 1e-9)
  }

  var lines: [String] {
    let load = plan.rate.map { "\(Figures.grouped(Int($0)))/s asked" } ?? "closed loop"
    let headline =
      "\(plan.connections) connections, \(load), \(Figures.grouped(plan.keys)) keys, "
      + "\(plan.valueSize)-byte values, \(Figures.seconds(tally.seconds))"
    var table = Table(
      [("", .left), ("REQUESTS", .right), ("PER SECOND", .right)]
        + Self.percentiles.map { ($0.heading, .right) })
    for (name, histogram) in parts {
      table.add(
        [name, Figures.grouped(histogram.count), Figures.grouped(Int(rate(histogram)))]
          + Self.percentiles.map { Figures.latency(histogram.percentile($0.share)) })
    }
    return [headline] + table.lines + troubles
  }

  private var troubles: [String] {
    let pause =
      "longest time without an answer: \(Figures.latency(tally.longestPause)), "
      + "until \(Figures.seconds(Double(tally.longestPauseEnd) / 1e9))"
    let machine =
      "the machine itself stood still for up to \(Figures.latency(tally.longestMachinePause)); "
      + "without that: \(Figures.latency(tally.longestOwnPause))"
    return [pause, machine] + counts
  }

  private var counts: [String] {
    [
      (tally.missing, "gets found no key (--fill writes them first)"),
      (tally.busy, "requests were told to come back later (429)"),
      (tally.refused, "requests were refused"), (tally.lost, "requests were lost"),
      (tally.notSent, "requests were due and could not be sent: every connection was busy"),
    ].filter { $0.0 > 0 }.map { "\(Figures.grouped($0.0)) \($0.1)" }
  }

  var document: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("connections", UInt64(plan.connections))
    writer.member("keys", UInt64(plan.keys))
    writer.member("value_size", UInt64(plan.valueSize))
    writer.name("seconds")
    writer.value(tally.seconds)
    writer.member("missing", tally.missing)
    writer.member("busy", tally.busy)
    writer.member("refused", tally.refused)
    writer.member("lost", tally.lost)
    writer.member("not_sent", tally.notSent)
    writer.member("pause_ns", tally.longestPause)
    writer.member("pause_end_ns", tally.longestPauseEnd)
    writer.member("own_pause_ns", tally.longestOwnPause)
    writer.member("machine_pause_ns", tally.longestMachinePause)
    writer.name("max_ns_each_second")
    writer.beginArray()
    for latency in tally.largestEachSecond { writer.value(latency) }
    writer.endArray()
    writer.name("put")
    write(tally.puts, into: &writer)
    writer.name("get")
    write(tally.gets, into: &writer)
    writer.endObject()
    return writer.bytes
  }

  private func write(_ histogram: LatencyHistogram, into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("requests", histogram.count)
    writer.name("per_second")
    writer.value(rate(histogram))
    writer.name("mean_ns")
    writer.value(histogram.mean)
    for (_, name, share) in Self.percentiles {
      writer.member(name, histogram.percentile(share))
    }
    writer.endObject()
  }
}
