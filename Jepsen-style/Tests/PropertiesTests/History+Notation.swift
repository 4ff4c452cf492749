import Histories

extension History {
  /// A history in the words of Jepsen's log, without the prefix and with blanks for tabs.
  static func story(_ lines: String) throws -> History {
    let log = lines.split(separator: "\n").map { "INFO  jepsen.util - \($0)\n" }.joined()
    return try History(reading: Array(log.utf8))
  }

  /// Sequential operations, one a line: `process :function argument → result`, or `…→ ?` when
  /// unknown.
  static func sequence(_ lines: String) throws -> History {
    let events = lines.split(separator: "\n").map { line -> String in
      let halves = line.split(separator: "→", maxSplits: 1).map { $0.split(separator: " ") }
      let head = halves[0][..<2].joined(separator: " :invoke ")
      let ending = halves[1].joined(separator: " ")
      let argument = halves[0].dropFirst(2).joined(separator: " ")
      let end = ending == "?" ? ":info" : ending == "fail" ? ":fail" : ":ok"
      let result = end == ":ok" ? ending : argument
      return "\(head) \(argument)\n\(halves[0][0]) \(end) \(halves[0][1]) \(result)"
    }
    return try story(events.joined(separator: "\n"))
  }
}
