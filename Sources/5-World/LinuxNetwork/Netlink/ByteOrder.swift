/// Integers as bytes. Netlink's own headers are in the host's order, nf_tables' attributes and
/// everything on the wire in the network's.
enum ByteOrder {
  static func host<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }

  static func network<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    host(value.bigEndian)
  }

  /// The integer at `offset`, or nil where the bytes end before.
  static func host<Integer: FixedWidthInteger>(
    _ bytes: ArraySlice<UInt8>, at offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer? {
    guard offset >= 0, bytes.count >= offset + MemoryLayout<Integer>.size else { return nil }
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Integer.self) }
  }

  static func network<Integer: FixedWidthInteger>(
    _ bytes: ArraySlice<UInt8>, at offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer? {
    host(bytes, at: offset, as: Integer.self).map { Integer(bigEndian: $0) }
  }
}
