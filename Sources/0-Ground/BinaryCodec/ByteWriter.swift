/// Appends values to a growing buffer, integers in little-endian order.
public struct ByteWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8]

  /// - Parameter capacity: bytes to reserve; a hint.
  public init(capacity: Int = 0) {
    bytes = []
    if capacity > 0 { bytes.reserveCapacity(capacity) }
  }

  @inlinable public var count: Int { bytes.count }

  public mutating func write(_ value: UInt8) { bytes.append(value) }
  public mutating func write(_ value: UInt16) { append(value.littleEndian) }
  public mutating func write(_ value: UInt32) { append(value.littleEndian) }
  public mutating func write(_ value: UInt64) { append(value.littleEndian) }
  public mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

  /// The bytes as they are, without a length.
  public mutating func write(raw: Bytes) { bytes.append(contentsOf: raw) }

  /// The bytes as they are, without a length.
  public mutating func write(raw: [UInt8]) { bytes.append(contentsOf: raw) }

  /// The bytes as they are, without a length; for those that stand in no array.
  public mutating func write(raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }

  /// A 32-bit length, then the bytes.
  public mutating func write(sized: [UInt8]) { write(sized: sized[...]) }

  // Not generic over collections: a payload is copied as one block, whatever module asks.
  /// A 32-bit length, then the bytes.
  public mutating func write(sized: Bytes) {
    write(length: sized.count)
    bytes.append(contentsOf: sized)
  }

  /// A 32-bit length, then the text as UTF-8.
  public mutating func write(text: String) { write(sized: Array(text.utf8)) }

  /// A 32-bit length, then the bytes; for those that stand in no array.
  public mutating func write(sized: UnsafeRawBufferPointer) {
    write(length: sized.count)
    bytes.append(contentsOf: sized)
  }

  /// A presence byte, then the value when there is one.
  public mutating func write<Value>(
    optional value: Value?, _ body: (inout ByteWriter, Value) -> Void
  ) {
    write(value != nil)
    if let value { body(&self, value) }
  }

  /// So many zeros.
  public mutating func write(zeros count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: count))
  }

  /// Lets `body` overwrite `count` bytes that were written before.
  public mutating func patch(
    _ count: Int, at offset: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void
  ) {
    precondition(
      offset >= 0 && count >= 0 && offset + count <= bytes.count,
      "ByteWriter.patch: outside the buffer")
    bytes.withUnsafeMutableBytes {
      body(UnsafeMutableRawBufferPointer(rebasing: $0[offset..<offset + count]))
    }
  }

  /// Takes back what was written behind the first `count` bytes; the buffer stays allocated.
  public mutating func truncate(to count: Int) {
    precondition(count <= bytes.count, "ByteWriter.truncate: \(count) of \(bytes.count) bytes")
    if count == 0 {
      bytes.removeAll(keepingCapacity: true)
    } else {
      bytes.removeLast(bytes.count - count)
    }
  }

  /// Overwrites four bytes that were written before, for lengths and checksums known only
  /// afterwards.
  public mutating func patch(_ value: UInt32, at offset: Int) {
    patch(4, at: offset) { $0.storeBytes(of: value.littleEndian, as: UInt32.self) }
  }

  private mutating func write(length: Int) {
    precondition(length <= UInt32.max, "ByteWriter: \(length) bytes exceed a 32-bit length")
    write(UInt32(length))
  }

  private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }
}
