/// A value as a recorded history writes it: what JSON and EDN have in common, plus EDN's keywords.
///
/// Maps keep the order in which they were written, so that two runs print the same bytes. An EDN
/// set is read as a list: a history says what was seen, and order is the checker's business.
public enum HistoryValue: Hashable, Sendable {
  /// JSON `null`, EDN `nil`: never written, not known, or no value.
  case null
  case boolean(Bool)
  case integer(Int64)
  case decimal(Double)
  case text(String)
  /// EDN `:name`, without the colon. JSON has no keywords and writes it as text.
  case keyword(String)
  case list([HistoryValue])
  case map([Entry])

  /// One key and its value.
  public struct Entry: Hashable, Sendable {
    public var key: HistoryValue
    public var value: HistoryValue

    public init(_ key: HistoryValue, _ value: HistoryValue) {
      self.key = key
      self.value = value
    }
  }

  /// The characters of a text or a keyword: the two spell the same word in JSON and in EDN.
  public var word: String? {
    switch self {
    case .text(let word), .keyword(let word): word
    case .null, .boolean, .integer, .decimal, .list, .map: nil
    }
  }

  public var integer: Int64? {
    if case .integer(let number) = self { number } else { nil }
  }

  public var list: [HistoryValue]? {
    if case .list(let items) = self { items } else { nil }
  }

  public var map: [Entry]? {
    if case .map(let entries) = self { entries } else { nil }
  }
}

extension HistoryValue: CustomStringConvertible {
  /// The value as EDN, on one line.
  public var description: String {
    var text = EDNWriter()
    text.append(self)
    return String(decoding: text.bytes, as: UTF8.self)
  }
}
