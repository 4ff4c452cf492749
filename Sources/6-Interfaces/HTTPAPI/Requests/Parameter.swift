internal import BinaryCodec
internal import ClientProtocol

/// The query parameters of all routes; each route lists those it takes.
enum Parameter: String, CaseIterable {
  case lease, prev, raw, revision
  case prefix, start, end
  case limit, cursor, order
  case maxBytes = "max_bytes"
  case keysOnly = "keys_only"
  case countOnly = "count_only"
  case consistency
  case timeout = "timeout_ms"
  case verbose
  case term, index, offset
}

/// The parameters of one request, decoded from its query.
struct Parameters {
  private var values: [(parameter: Parameter, value: Bytes)] = []

  init() {}

  /// Reads `name=value&name=value`; a name alone stands for true. What the route does not take, or
  /// is given twice, is refused: a misspelt condition must not be ignored. A plus sign is a plus
  /// sign (RFC 3986).
  init(query: Bytes, allowed: [Parameter]) throws(ClientError) {
    for pair in query.split(separator: UInt8(ascii: "&")) {
      let name = pair.prefix { $0 != UInt8(ascii: "=") }
      let text = String(decoding: name, as: UTF8.self)
      guard let parameter = Parameter(rawValue: text), allowed.contains(parameter) else {
        throw .badRequest("this route takes no parameter '\(text)'")
      }
      guard self[parameter] == nil else {
        throw .badRequest("the parameter '\(text)' is given twice")
      }
      values.append((parameter, try PercentEncoding.decode(pair[name.endIndex...].dropFirst())))
    }
  }

  subscript(parameter: Parameter) -> Bytes? {
    for held in values where held.parameter == parameter { return held.value }
    return nil
  }

  /// Absent: false; `true`, `1` and nothing after the name: true; `false` and `0`: false.
  func flag(_ parameter: Parameter) throws(ClientError) -> Bool {
    guard let value = self[parameter] else { return false }
    switch String(decoding: value, as: UTF8.self) {
    case "", "true", "1": return true
    case "false", "0": return false
    default: throw .badRequest("\(parameter.rawValue) is neither true nor false")
    }
  }

  func number(_ parameter: Parameter) throws(ClientError) -> UInt64? {
    guard let value = self[parameter] else { return nil }
    guard let number = Decimal.read(value) else {
      throw .badRequest("\(parameter.rawValue) is not a whole number")
    }
    return number
  }

  /// A number from 1 to `most`.
  func number(_ parameter: Parameter, atMost most: UInt32) throws(ClientError) -> UInt32? {
    guard let number = try number(parameter) else { return nil }
    guard number >= 1, number <= most else {
      throw .badRequest("\(parameter.rawValue) must lie between 1 and \(most)")
    }
    return UInt32(number)
  }
}

/// Numbers as the API's paths, queries and headers write them.
enum Decimal {
  /// Nil unless `digits` are all digits, at least one, and fit 64 bits.
  static func read(_ digits: some Collection<UInt8>) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var number: UInt64 = 0
    for digit in digits {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
      let (tens, overTens) = number.multipliedReportingOverflow(by: 10)
      let (sum, overSum) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      guard !overTens, !overSum else { return nil }
      number = sum
    }
    return number
  }
}
