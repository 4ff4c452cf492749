internal import BinaryCodec

/// One record of the input, and where the input stood behind it.
struct LoadRecord: Equatable, Sendable {
  /// Counts records from 0.
  let number: Int
  let key: Bytes
  let value: Bytes
  let end: InputMark
}

/// A place in the input, recognisable when the same input is read again.
struct InputMark: Hashable, Sendable {
  /// Records before it.
  var records = 0
  /// Bytes before it.
  var bytes: UInt64 = 0
  /// CRC32C of those bytes.
  var checksum: UInt32 = 0
}
