internal import CChecksum

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4): finds every burst of up to 32 bits.
public enum Checksum {
  /// The checksum of `bytes`, continuing from `seed` (the checksum of what came before, 0 for
  /// nothing).
  public static func crc32c(_ bytes: Bytes, seed: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { crc32c($0, seed: seed) }
  }

  /// The checksum of `bytes`, continuing from `seed` (the checksum of what came before, 0 for
  /// nothing).
  public static func crc32c(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { crc32c($0, seed: seed) }
  }

  /// The checksum of `bytes`, continuing from `seed` (the checksum of what came before, 0 for
  /// nothing).
  public static func crc32c(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
    guard let base = bytes.baseAddress else { return seed }
    return quoin_crc32c(seed, base, bytes.count)
  }

  /// The same by table alone, as on a processor without the instruction.
  public static func crc32cByTable(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return seed }
      return quoin_crc32c_table(seed, base, raw.count)
    }
  }
}
