extension IPAddress: CustomStringConvertible {
  /// Reads dotted decimal without leading zeros (RFC 6943 §3.1.1, the strict form), or the text of
  /// RFC 4291 §2.2. Nil for anything else: no ports, no prefixes, no zones, no white space.
  public init?(_ text: String) {
    let text = Array(text.utf8)
    if let bytes = Self.dottedDecimal(text[...]) {
      self.init(.v4, bytes)
    } else if let bytes = Self.hexadecimal(text[...]) {
      self.init(.v6, bytes)
    } else {
      return nil
    }
  }

  /// The one text of RFC 5952: `10.77.0.100`, `2001:db8::1`, `::ffff:10.0.0.1`.
  public var description: String {
    switch family {
    case .v4: Self.decimal(bytes[...])
    case .v6: Self.canonical(bytes)
    }
  }

  // MARK: Reading

  private static func dottedDecimal(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0")
      else { return nil }
      var value = 0
      for digit in part {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        value = value * 10 + Int(digit - UInt8(ascii: "0"))
      }
      guard let byte = UInt8(exactly: value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func hexadecimal(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let colon = UInt8(ascii: ":")
    let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
    guard let gap else {
      let groups = groups(text, endsAddress: true)
      return groups?.count == 16 ? groups : nil
    }
    // What follows the gap has no second one, because a group is never empty.
    guard
      let head = groups(text[..<gap], endsAddress: false),
      let tail = groups(text[(gap + 2)...], endsAddress: true), head.count + tail.count <= 14
    else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  /// The bytes of `a:b:c`, where only the last of all groups may be dotted decimal.
  private static func groups(_ text: ArraySlice<UInt8>, endsAddress: Bool) -> [UInt8]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 8 else { return nil }
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, endsAddress, let four = dottedDecimal(part) {
        bytes += four
        continue
      }
      guard let group = group(part) else { return nil }
      bytes += [UInt8(group >> 8), UInt8(group & 0xff)]
    }
    return bytes.count <= 16 ? bytes : nil
  }

  private static func group(_ text: ArraySlice<UInt8>) -> UInt16? {
    guard (1...4).contains(text.count) else { return nil }
    var value: UInt16 = 0
    for digit in text {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(digit - 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(digit - 0x57)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt16(digit - 0x37)
      default: return nil
      }
    }
    return value
  }

  // MARK: Writing

  private static func decimal(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { String($0) }.joined(separator: ".")
  }

  private static func canonical(_ bytes: [UInt8]) -> String {
    // §5: the dotted form where the prefix says that an IPv4 address is inside.
    if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
      return "::ffff:" + decimal(bytes[12...])
    }
    let groups = stride(from: 0, to: 16, by: 2).map {
      UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
    }
    let words = groups.map { String($0, radix: 16) }
    guard let gap = longestGap(groups) else { return words.joined(separator: ":") }
    return words[..<gap.lowerBound].joined(separator: ":") + "::"
      + words[gap.upperBound...].joined(separator: ":")
  }

  /// §4.2: the longest run of at least two zero groups; of equal ones the first.
  private static func longestGap(_ groups: [UInt16]) -> Range<Int>? {
    var longest: Range<Int>?
    var start = 0
    for index in 0...groups.count where index == groups.count || groups[index] != 0 {
      if index - start > max(1, longest?.count ?? 0) { longest = start..<index }
      start = index + 1
    }
    return longest
  }
}
