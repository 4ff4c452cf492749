import Determinism

@testable import Histories

/// Events at random that a format can say without loss.
struct EventDice {
  private var dice: Dice
  private let format: HistoryFormat

  init(seed: UInt64, format: HistoryFormat) {
    dice = Dice(seed: seed)
    self.format = format
  }

  mutating func next() -> HistoryEvent {
    let kinds = HistoryEvent.Kind.allCases
    let kind = kinds[Int(dice.below(UInt64(kinds.count)))]
    let isLog = format == .jepsenLog
    // In the log a keyword in the place of the value is a reason.
    let argument = isLog && (kind == .info || kind == .fail) ? .integer(1) : value(depth: 3)
    return HistoryEvent(
      process: dice.chance(1, in: 8) ? .nemesis : .client(Int64(dice.below(20)) - 2),
      kind: kind, function: ["read", "write", "cas"][Int(dice.below(3))],
      key: !isLog && dice.chance(1, in: 2) ? value(depth: 1, isKey: true) : nil, value: argument,
      time: dice.chance(1, in: 2) ? dice.below(1 << 62) : nil,
      error: kind == .info && dice.chance(1, in: 2) ? "timed-out" : nil)
  }

  func events(_ count: Int) -> [HistoryEvent] {
    var copy = self
    return (0..<count).map { _ in copy.next() }
  }

  private mutating func value(depth: Int, isKey: Bool = false) -> HistoryValue {
    switch dice.below(depth > 0 ? 8 : 6) {
    case 0: return isKey ? .integer(1) : .null
    case 1: return .boolean(dice.chance(1, in: 2))
    case 2: return .integer(Int64(bitPattern: dice.next()) >> Int64(dice.below(63)))
    case 3: return .decimal(Double(Int64(bitPattern: dice.next())) / 1024 + 0.5)
    case 4: return .text(text())
    case 5: return format == .ndjson ? .text(text()) : .keyword("word-\(dice.below(9))")
    case 6: return .list((0..<dice.below(4)).map { _ in value(depth: depth - 1) })
    default:
      return .map(
        (0..<dice.below(3)).map { index in
          HistoryValue.Entry(.text("k\(index)"), value(depth: depth - 1))
        })
    }
  }

  private mutating func text() -> String {
    let letters: [Character] = ["a", "é", "\"", "\\", "\n", "\t", "{", "]", ";", ",", " ", "🦀"]
    return String((0..<dice.below(6)).map { _ in letters[Int(dice.below(UInt64(letters.count)))] })
  }
}
