// What a parser asks of bytes that are text in ASCII. Every access is checked.
extension Span<UInt8> {
  /// Equal to `text`.
  func isExactly(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for i in indices where self[i] != text.utf8Start[i] { return false }
    return true
  }

  /// Equal to `field`, which is in lower case, when case is ignored.
  func isField(_ field: StaticString) -> Bool {
    guard count == field.utf8CodeUnitCount else { return false }
    for i in indices {
      let (byte, letter) = (self[i], field.utf8Start[i])
      guard byte == letter || (byte | 0x20 == letter && 0x41...0x5a ~= byte) else { return false }
    }
    return true
  }

  /// Nil unless the bytes are all digits, at least one, and fit 64 bits.
  var decimal: UInt64? {
    guard !isEmpty else { return nil }
    var number: UInt64 = 0
    for i in indices {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= self[i] else { return nil }
      let (tens, overTens) = number.multipliedReportingOverflow(by: 10)
      let (sum, overSum) = tens.addingReportingOverflow(UInt64(self[i] - UInt8(ascii: "0")))
      guard !overTens, !overSum else { return nil }
      number = sum
    }
    return number
  }

  /// Where `byte` stands first, from `start` on.
  func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    var at = start
    while at < count {
      if self[at] == byte { return at }
      at += 1
    }
    return nil
  }

  /// What is left without spaces and tabs at both ends: OWS of RFC 9110, section 5.6.3.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, self[low] == 0x20 || self[low] == 0x09 { low += 1 }
    while low < high, self[high - 1] == 0x20 || self[high - 1] == 0x09 { high -= 1 }
    return low..<high
  }

  /// Calls `body` with each member of a list that commas separate (RFC 9110, section 5.6.1).
  func forEachMember(_ body: (Span<UInt8>) -> Void) {
    var start = 0
    while start <= count {
      let end = firstIndex(of: UInt8(ascii: ","), from: start) ?? count
      let member = trimmed(start..<end)
      if !member.isEmpty { body(extracting(member)) }
      start = end + 1
    }
  }

  /// A copy.
  var array: [UInt8] { indices.map { self[$0] } }
}

extension UInt8 {
  /// Whether it may stand in a token: tchar of RFC 9110, section 5.6.2.
  var isTokenByte: Bool {
    // A bit for each of the 128 characters of ASCII.
    let bits: UInt64 = self < 64 ? 0x03ff_6cfa_0000_0000 : 0x57ff_ffff_c7ff_fffe
    return self < 128 && bits >> UInt64(self & 63) & 1 == 1
  }

  /// Whether it may stand in a field's value: VCHAR, obs-text, space or tab of RFC 9110, section
  /// 5.5.
  var isFieldByte: Bool { (self >= 0x20 && self != 0x7f) || self == 0x09 }
}

extension UInt8 {
  /// Of 0-9, a-f and A-F.
  var hexDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
