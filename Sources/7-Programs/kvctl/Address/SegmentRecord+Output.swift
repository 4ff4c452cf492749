internal import Determinism
internal import JSONText
internal import NetworkTypes

extension SegmentRecord.Finding {
  /// As people read it; times count from `start`.
  func line(since start: Instant) -> String {
    func at(_ instant: Instant) -> String { "+" + Self.seconds(instant.since(start)) }
    return switch self {
    case .held(let holder, let now): "\(at(now))  held by \(holder)"
    case .moved(let from, let to, let now, let silence):
      "\(at(now))  moved from \(from) to \(to), \(Self.milliseconds(silence)) after its last word"
    case .twoHolders(let one, let other, let from, let until):
      "\(at(until))  TWO HOLDERS \(one) and \(other) in \(Self.milliseconds(until.since(from)))"
    case .nobody(let from, let until):
      "\(at(until))  nobody for \(Self.milliseconds(until.since(from)))"
    }
  }

  /// One JSON object; instants are nanoseconds of CLOCK_BOOTTIME.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .held(let holder, let now):
      writer.member("finding", "held")
      writer.member("by", holder.description)
      writer.member("at", now.nanoseconds)
    case .moved(let from, let to, let now, let silence):
      writer.member("finding", "moved")
      writer.member("from", from.description)
      writer.member("to", to.description)
      writer.member("at", now.nanoseconds)
      writer.member("silence", silence.nanoseconds)
    case .twoHolders(let one, let other, let from, let until):
      writer.member("finding", "two_holders")
      writer.member("one", one.description)
      writer.member("other", other.description)
      writer.member("begin", from.nanoseconds)
      writer.member("at", until.nanoseconds)
    case .nobody(let from, let until):
      writer.member("finding", "nobody")
      writer.member("begin", from.nanoseconds)
      writer.member("at", until.nanoseconds)
    }
    writer.endObject()
    return writer.bytes
  }

  static func milliseconds(_ span: TimeSpan) -> String {
    "\(Figures.fixed(Double(span.nanoseconds) / 1e6, 1)) ms"
  }

  static func seconds(_ span: TimeSpan) -> String {
    "\(Figures.fixed(Double(span.nanoseconds) / 1e9, 3)) s"
  }
}

extension SegmentRecord {
  /// Upper bounds of the histogram's rows, in milliseconds.
  static let steps: [UInt64] = [20, 30, 50, 100, 200, 300, 400, 500, 700, 1000, 2000, 5000]

  /// How many absences are at most each step and above the one before; the last row has the rest.
  var histogram: [Int] {
    var rows = [Int](repeating: 0, count: Self.steps.count + 1)
    for absence in absences {
      let row = Self.steps.firstIndex { absence.nanoseconds <= $0 * 1_000_000 }
      rows[row ?? Self.steps.count] += 1
    }
    return rows
  }

  /// The end of what is printed for people.
  var lines: [String] {
    var lines = [
      "\(questions) questions, \(frames) frames, \(moves) moves, "
        + "\(overlaps) times two holders, \(absences.count) times nobody"
    ]
    let rows = histogram
    guard let most = rows.max(), most > 0 else { return lines }
    for (row, count) in rows.enumerated() where count > 0 {
      let bound = row < Self.steps.count ? "<= \(Self.steps[row]) ms" : "longer"
      let padding = String(repeating: " ", count: max(0, 12 - bound.utf8.count))
      let bar = String(repeating: "#", count: max(1, count * 40 / most))
      lines.append("\(padding)\(bound)  \(bar) \(count)")
    }
    return lines
  }

  /// The last of the JSON documents.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("finding", "summary")
    writer.member("questions", UInt64(questions))
    writer.member("frames", UInt64(frames))
    writer.member("moves", UInt64(moves))
    writer.member("two_holders", UInt64(overlaps))
    writer.member("nobody", UInt64(absences.count))
    writer.name("histogram")
    writer.beginArray()
    for (row, count) in histogram.enumerated() {
      writer.beginObject()
      if row < Self.steps.count { writer.member("at_most_ms", Self.steps[row]) }
      writer.member("count", UInt64(count))
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}
