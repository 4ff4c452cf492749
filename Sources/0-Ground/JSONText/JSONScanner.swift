/// Reads a JSON document from bytes that may be anything, value by value, in the order of the text,
/// without building a tree.
///
/// The caller asks for what it expects and gets it or a `JSONFault`:
///
///     try scanner.beginObject()
///     while let name = try scanner.nextMember() {
///       if name == "limit" { limit = try scanner.readUInt64() } else { try scanner.skipValue() }
///     }
///     try scanner.finish()
public struct JSONScanner: Sendable {
  /// Objects and arrays inside one another; a bit of `fresh` each. The deepest document of the API,
  /// nested transactions, needs 32.
  public static let depthLimit = 64

  /// What the next value is, by its first byte.
  public enum Kind: Hashable, Sendable { case object, array, string, number, flag, null }

  let text: ArraySlice<UInt8>
  var at: Int
  private var depth = 0
  /// Bit n: nothing was read yet of the container at depth n, so no comma is due.
  private var fresh: UInt64 = 0

  public init(_ text: ArraySlice<UInt8>) {
    self.text = text
    at = text.startIndex
  }
  public init(_ text: [UInt8]) { self.init(text[...]) }

  /// The kind of the next value.
  public mutating func peek() throws(JSONFault) -> Kind {
    skipSpace()
    guard at < text.endIndex else { throw .truncated }
    switch text[at] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .flag
    case UInt8(ascii: "n"): return .null
    default: throw .expected("a value", at: offset)
    }
  }

  /// Enters an object; `nextMember` goes on from there. Throws when another value comes, or when
  /// the nesting is too deep.
  public mutating func beginObject() throws(JSONFault) {
    try take(UInt8(ascii: "{"), "an object")
    try descend()
  }

  /// Enters an array; `nextElement` goes on from there. Throws as `beginObject` does.
  public mutating func beginArray() throws(JSONFault) {
    try take(UInt8(ascii: "["), "an array")
    try descend()
  }

  /// The name of the object's next member, whose value must be read or skipped next; nil at the
  /// object's end.
  public mutating func nextMember() throws(JSONFault) -> String? {
    guard try advance(closing: UInt8(ascii: "}"), "a comma or the object's end") else { return nil }
    let name = try readString()
    try take(UInt8(ascii: ":"), "a colon")
    return name
  }

  /// Whether the array has another element, which must be read or skipped next.
  public mutating func nextElement() throws(JSONFault) -> Bool {
    try advance(closing: UInt8(ascii: "]"), "a comma or the array's end")
  }

  /// The literal true or false.
  public mutating func readBool() throws(JSONFault) -> Bool {
    skipSpace()
    if takeWord("true") { return true }
    if takeWord("false") { return false }
    throw .expected("true or false", at: offset)
  }

  /// Whether the next value is null; if so it is read.
  public mutating func readNull() throws(JSONFault) -> Bool {
    guard try peek() == .null else { return false }
    guard takeWord("null") else { throw .expected("null", at: offset) }
    return true
  }

  /// A whole number; a string of digits is taken too, as many writers keep 64-bit numbers out of
  /// doubles.
  public mutating func readUInt64() throws(JSONFault) -> UInt64 {
    let (start, digits) = try numberText()
    guard let number = UInt64(digits), !digits.hasPrefix("+") else {
      throw .outOfRange(at: start)
    }
    return number
  }

  /// A whole number with a sign, as `readUInt64`.
  public mutating func readInt() throws(JSONFault) -> Int {
    let (start, digits) = try numberText()
    guard let number = Int(digits), !digits.hasPrefix("+") else { throw .outOfRange(at: start) }
    return number
  }

  /// A number with or without a fraction, as the nearest double.
  public mutating func readDouble() throws(JSONFault) -> Double {
    guard try peek() == .number else { throw .expected("a number", at: offset) }
    let (start, digits) = try numberText()
    guard let number = Double(digits) else { throw .outOfRange(at: start) }
    return number
  }

  /// Reads over one value of any kind and gives its text, sharing the buffer.
  @discardableResult
  public mutating func skipValue() throws(JSONFault) -> ArraySlice<UInt8> {
    switch try peek() {
    case .object:
      let start = at
      try beginObject()
      while try nextMember() != nil { try skipValue() }
      return text[start..<at]
    case .array:
      let start = at
      try beginArray()
      while try nextElement() { try skipValue() }
      return text[start..<at]
    case .string:
      let start = at
      _ = try readBytes()
      return text[start..<at]
    case .number:
      let start = at
      _ = try numberText()
      return text[start..<at]
    case .flag:
      let start = at
      _ = try readBool()
      return text[start..<at]
    case .null:
      let start = at
      guard try readNull() else { throw .expected("null", at: offset) }
      return text[start..<at]
    }
  }

  /// Refuses text after the document.
  public mutating func finish() throws(JSONFault) {
    skipSpace()
    guard at == text.endIndex else { throw .trailing(at: offset) }
  }

  /// Bytes read so far.
  public var offset: Int { at - text.startIndex }

  mutating func skipSpace() {
    while at < text.endIndex {
      switch text[at] {
      case 0x20, 0x09, 0x0a, 0x0d: at += 1
      default: return
      }
    }
  }

  mutating func take(_ byte: UInt8, _ what: String) throws(JSONFault) {
    skipSpace()
    guard at < text.endIndex else { throw .truncated }
    guard text[at] == byte else { throw .expected(what, at: offset) }
    at += 1
  }

  private mutating func takeWord(_ word: StaticString) -> Bool {
    let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard text[at...].starts(with: letters) else { return false }
    at += letters.count
    return true
  }

  private mutating func descend() throws(JSONFault) {
    guard depth < Self.depthLimit else { throw .tooDeep(at: offset) }
    fresh |= 1 << UInt64(depth)
    depth += 1
  }

  /// Moves to the next item of the innermost container; false when `bracket` closed it.
  private mutating func advance(
    closing bracket: UInt8, _ what: String
  ) throws(JSONFault) -> Bool {
    precondition(depth > 0, "JSONScanner: no container is open at byte \(offset)")
    skipSpace()
    guard at < text.endIndex else { throw .truncated }
    let bit: UInt64 = 1 << UInt64(depth - 1)
    if text[at] == bracket {
      at += 1
      fresh &= ~bit
      depth -= 1
      return false
    }
    if fresh & bit != 0 {
      fresh &= ~bit
    } else {
      try take(UInt8(ascii: ","), what)
    }
    return true
  }
}
