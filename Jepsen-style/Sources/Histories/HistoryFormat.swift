/// The spellings of a history.
public enum HistoryFormat: Hashable, Sendable, CaseIterable {
  /// One JSON object a line: `{"process":0,"type":"invoke","f":"write","key":"x","value":4}`.
  case ndjson
  /// One EDN map an event, each alone or all in one vector: `{:process 0, :type :invoke, :f :write,
  /// :value 4}`.
  case edn
  /// Jepsen's console log: `INFO  jepsen.util - 0    :invoke :write  4`. It has no room for keys
  /// and times.
  case jepsenLog

  /// Tells the format by the first characters that are not blank; nil when more are needed.
  ///
  /// Only `{` is shared: JSON goes on with a quote and EDN with a colon. What fits nothing is
  /// called a Jepsen log, whose reader will then name the line.
  static func recognized(in head: [UInt8]) -> HistoryFormat? {
    var significant = head.drop { $0.isBlank || $0 == UInt8(ascii: ",") }
    guard let first = significant.popFirst() else { return nil }
    switch first {
    case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "#"), UInt8(ascii: ";"):
      return .edn
    case UInt8(ascii: "{"):
      guard let second = significant.first(where: { !$0.isBlank }) else { return nil }
      return second == UInt8(ascii: "\"") ? .ndjson : .edn
    default: return .jepsenLog
    }
  }
}

extension UInt8 {
  var isBlank: Bool { self == 0x20 || (0x09...0x0d).contains(self) }
  var isDigit: Bool { (0x30...0x39).contains(self) }
}
