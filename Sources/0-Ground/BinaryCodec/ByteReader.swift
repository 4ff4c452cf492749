/// Why bytes could not be read. The caller refuses the whole message or record: a part of it is
/// never used.
public enum DecodingFault: Error, Equatable, Sendable {
  /// The bytes end before the value does.
  case truncated(needed: Int, available: Int)
  /// A length or count exceeds the limit that the reader set for it.
  case tooLong(length: Int, limit: Int)
  /// A value that this version does not know; a newer peer or file wrote it, or it is damaged.
  case unknown(String, value: UInt64)
  /// Well-formed parts that contradict each other.
  case inconsistent(String)
  /// Bytes remain after the last value.
  case trailing(Int)
}

/// Reads values from bytes that may be anything: every read is bounded, nothing traps.
public struct ByteReader: Sendable {
  private let bytes: Bytes
  /// Where the next read starts, as an index of the slice given to `init`.
  public private(set) var offset: Int

  public init(_ bytes: Bytes) {
    self.bytes = bytes
    offset = bytes.startIndex
  }
  public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  /// Bytes not read yet.
  public var remaining: Int { bytes.endIndex - offset }

  /// The next one, two, four or eight bytes as a little-endian number; throws `truncated` when
  /// there are fewer.
  public mutating func readUInt8() throws(DecodingFault) -> UInt8 { try integer() }
  public mutating func readUInt16() throws(DecodingFault) -> UInt16 { try integer() }
  public mutating func readUInt32() throws(DecodingFault) -> UInt32 { try integer() }
  public mutating func readUInt64() throws(DecodingFault) -> UInt64 { try integer() }

  /// 0 or 1; anything else is refused, so that equal values have equal bytes.
  public mutating func readBool() throws(DecodingFault) -> Bool {
    let byte = try readUInt8()
    guard byte <= 1 else { throw .unknown("flag", value: UInt64(byte)) }
    return byte == 1
  }

  /// The next `count` bytes, sharing the buffer.
  public mutating func readRaw(_ count: Int) throws(DecodingFault) -> Bytes {
    guard count >= 0, count <= remaining else {
      throw .truncated(needed: count, available: remaining)
    }
    let start = offset
    offset += count
    return bytes[start..<offset]
  }

  /// A 32-bit length of at most `limit`, then that many bytes, sharing the buffer.
  public mutating func readSized(limit: Int) throws(DecodingFault) -> Bytes {
    let count = Int(try readUInt32())
    guard count <= limit else { throw .tooLong(length: count, limit: limit) }
    return try readRaw(count)
  }

  /// A 32-bit length of at most `limit` bytes, then UTF-8; ill-formed text is refused.
  public mutating func readText(limit: Int) throws(DecodingFault) -> String {
    let bytes = try readSized(limit: limit)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .inconsistent("text is not UTF-8")
    }
    return text
  }

  /// A 32-bit count of at most `limit` items.
  public mutating func readCount(limit: Int) throws(DecodingFault) -> Int {
    let count = Int(try readUInt32())
    guard count <= limit else { throw .tooLong(length: count, limit: limit) }
    return count
  }

  /// A presence byte, then the value when there is one.
  public mutating func readOptional<Value>(
    _ body: (inout ByteReader) throws(DecodingFault) -> Value
  ) throws(DecodingFault) -> Value? {
    try readBool() ? try body(&self) : nil
  }

  /// Refuses bytes after the last value.
  public func finish() throws(DecodingFault) {
    guard remaining == 0 else { throw .trailing(remaining) }
  }

  private mutating func integer<Value: FixedWidthInteger>() throws(DecodingFault) -> Value {
    let size = MemoryLayout<Value>.size
    guard remaining >= size else { throw .truncated(needed: size, available: remaining) }
    let place = offset - bytes.startIndex
    offset += size
    return bytes.withUnsafeBytes {
      Value(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Value.self))
    }
  }
}
