internal import BinaryCodec
internal import ClientProtocol
internal import JSONText

extension TransactionReader {
  /// Calls `body` with the name of each member, whose value it reads; false: there is no such
  /// member.
  mutating func object(
    _ body: (inout TransactionReader, String) throws(TransactionFault) -> Bool
  ) throws(TransactionFault) {
    try scan { scanner throws(JSONFault) in try scanner.beginObject() }
    while let name = try scan({ scanner throws(JSONFault) in try scanner.nextMember() }) {
      guard try body(&self, name) else { throw .bad("there is no member '\(name)' here") }
    }
  }

  mutating func array(
    _ body: (inout TransactionReader) throws(TransactionFault) -> Void
  ) throws(TransactionFault) {
    try scan { scanner throws(JSONFault) in try scanner.beginArray() }
    while try scan({ scanner throws(JSONFault) in try scanner.nextElement() }) { try body(&self) }
  }

  mutating func number() throws(TransactionFault) -> UInt64 {
    try scan { scanner throws(JSONFault) in try scanner.readUInt64() }
  }

  mutating func number(_ name: String, atMost most: UInt32) throws(TransactionFault) -> UInt32 {
    let number = try number()
    guard number >= 1, number <= most else {
      throw .bad("\(name) must lie between 1 and \(most)")
    }
    return UInt32(number)
  }

  mutating func flag() throws(TransactionFault) -> Bool {
    try scan { scanner throws(JSONFault) in try scanner.readBool() }
  }

  mutating func text() throws(TransactionFault) -> String {
    try scan { scanner throws(JSONFault) in try scanner.readString() }
  }

  mutating func bytes() throws(TransactionFault) -> Bytes {
    try scan { scanner throws(JSONFault) in try scanner.readBytes() }
  }

  mutating func base64() throws(TransactionFault) -> Bytes {
    try scan { scanner throws(JSONFault) in try scanner.readBase64() }
  }

  private mutating func scan<Value>(
    _ body: (inout JSONScanner) throws(JSONFault) -> Value
  ) throws(TransactionFault) -> Value {
    do throws(JSONFault) { return try body(&scanner) } catch { throw .json(error) }
  }
}
