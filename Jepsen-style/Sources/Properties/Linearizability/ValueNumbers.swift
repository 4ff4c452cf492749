import Histories

/// Numbers for the values of a history, so that the search compares words. Null is always 0.
struct ValueNumbers: Sendable {
  static let null: Int32 = 0

  private var numbers: [HistoryValue: Int32] = [.null: null]
  private(set) var values: [HistoryValue] = [.null]

  mutating func number(of value: HistoryValue) -> Int32 {
    if let number = numbers[value] { return number }
    let number = Int32(values.count)
    numbers[value] = number
    values.append(value)
    return number
  }
}
