/// Writes one JSON document as UTF-8 bytes, compact, in the order of the calls.
///
/// Commas are its business, balance is the caller's: each `beginObject` needs its `endObject`, and
/// inside an object each value its `name` first. Names are literals of the program and are written
/// as they are.
public struct JSONWriter: Sendable {
  /// The document so far.
  public private(set) var bytes: [UInt8]
  private var needsComma = false

  /// - Parameter capacity: bytes to reserve; a hint.
  public init(capacity: Int = 256) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// Starts a new document in the same buffer.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  /// Brackets: what is written between the two calls lies inside.
  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// The name of the member whose value comes next.
  public mutating func name(_ name: StaticString) { self.name(name, suffix: "") }

  /// All digits, though many readers keep only 53 bits of them; `value(hexadecimal:)` is for those
  /// that must not be rounded.
  public mutating func value(_ number: UInt64) {
    separate()
    append(decimal: number)
  }

  /// All digits, with a minus sign where there is one.
  public mutating func value(_ number: Int) {
    separate()
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    append(decimal: UInt64(number.magnitude))
  }

  /// In the shortest form that reads back as the same number; infinities and NaN, which JSON lacks,
  /// as null.
  public mutating func value(_ number: Double) {
    guard number.isFinite else { return null() }
    separate()
    bytes.append(contentsOf: number.description.utf8)
  }

  /// The literal true or false.
  public mutating func value(_ flag: Bool) {
    separate()
    append(literal: flag ? "true" : "false")
  }

  /// The literal null.
  public mutating func null() {
    separate()
    append(literal: "null")
  }

  /// A string, with the escapes that JSON demands and no others.
  public mutating func value(_ text: String) {
    separate()
    var text = text
    text.withUTF8 { append(quoted: UnsafeRawBufferPointer($0)) }
  }

  /// A string of UTF-8 bytes.
  public mutating func value(text: ArraySlice<UInt8>) {
    precondition(UTF8Text.isWellFormed(text), "JSONWriter: \(text.count) bytes are not UTF-8")
    separate()
    text.withUnsafeBytes { append(quoted: $0) }
  }

  /// A whole document written before, as it is.
  public mutating func value(document: some Collection<UInt8>) {
    separate()
    bytes.append(contentsOf: document)
  }

  /// Sixteen hexadecimal digits as a string: 64 bits that most JSON readers would round to a
  /// double.
  public mutating func value(hexadecimal number: UInt64) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    for shift in stride(from: 60, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// The member `name` as a string when `data` is UTF-8, else `name_b64` in Base64.
  public mutating func member(_ name: StaticString, data: ArraySlice<UInt8>) {
    if UTF8Text.isWellFormed(data) {
      self.name(name)
      needsComma = true
      data.withUnsafeBytes { append(quoted: $0) }
    } else {
      self.name(name, suffix: "_b64")
      needsComma = true
      bytes.append(UInt8(ascii: "\""))
      Base64.encode(data, into: &bytes)
      bytes.append(UInt8(ascii: "\""))
    }
  }

  /// A name and its value in one call.
  public mutating func member(_ name: StaticString, _ number: UInt64) {
    self.name(name)
    value(number)
  }
  public mutating func member(_ name: StaticString, _ flag: Bool) {
    self.name(name)
    value(flag)
  }
  public mutating func member(_ name: StaticString, _ text: String) {
    self.name(name)
    value(text)
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func name(_ name: StaticString, suffix: StaticString) {
    // In one go, because a document has many names and each append by itself looks after the
    // array's space.
    bytes.append(addingCapacity: name.utf8CodeUnitCount + suffix.utf8CodeUnitCount + 4) { text in
      if needsComma { text.append(UInt8(ascii: ",")) }
      text.append(UInt8(ascii: "\""))
      for i in 0..<name.utf8CodeUnitCount { text.append(name.utf8Start[i]) }
      for i in 0..<suffix.utf8CodeUnitCount { text.append(suffix.utf8Start[i]) }
      text.append(UInt8(ascii: "\""))
      text.append(UInt8(ascii: ":"))
    }
    needsComma = false
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }
  mutating func append(run: Slice<UnsafeRawBufferPointer>) {
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: run))
  }

  private mutating func append(literal: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }
}
