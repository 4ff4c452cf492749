internal import CLZ4

/// LZ4 blocks, and frames in the public LZ4 frame format (so that `lz4 -d` reads our snapshots).
public enum LZ4 {
  /// Why compressed bytes were refused.
  public enum Fault: Error, Equatable, Sendable {
    /// The claimed raw length exceeds the caller's limit; nothing was allocated.
    case tooLong(length: Int, limit: Int)
    /// The bytes are no LZ4 data, or do not give exactly the claimed length.
    case damaged
  }

  // LZ4's own maximum: a few looks at 256 KiB.
  private static let leastEffort: Int32 = 65_537

  /// The block, or nil when it would not be smaller than `bytes`: then store them raw.
  public static func compressBlock(_ bytes: Bytes) -> [UInt8]? {
    compressBlock(bytes, atMost: bytes.count - 1)
  }

  /// The block, or nil when it would be longer than `room` bytes, which takes less time to find out
  /// than to make it.
  public static func compressBlock(_ bytes: Bytes, atMost room: Int) -> [UInt8]? {
    guard room > 0, room <= Int(Int32.max), bytes.count <= Int(LZ4_MAX_INPUT_SIZE) else {
      return nil
    }
    let block = [UInt8](unsafeUninitializedCapacity: room) { target, written in
      let count = bytes.withUnsafeBytes { source in
        target.withMemoryRebound(to: CChar.self) { out in
          source.withMemoryRebound(to: CChar.self) { input in
            LZ4_compress_default(
              input.baseAddress, out.baseAddress, Int32(input.count), Int32(room))
          }
        }
      }
      written = max(0, Int(count))
    }
    return block.isEmpty ? nil : block
  }

  /// Exactly `length` raw bytes from `block`. `length` is checked against `limit` before any
  /// allocation, because it comes from a header that may be damaged or hostile.
  public static func decompressBlock(
    _ block: Bytes, length: Int, limit: Int
  ) throws(Fault) -> [UInt8] {
    let areCInts = max(length, block.count) <= Int(Int32.max)
    guard length >= 0, length <= limit, areCInts else {
      throw .tooLong(length: length, limit: limit)
    }
    var got: Int32 = -1
    let raw = [UInt8](unsafeUninitializedCapacity: length) { target, written in
      got = block.withUnsafeBytes { source in
        target.withMemoryRebound(to: CChar.self) { out in
          source.withMemoryRebound(to: CChar.self) { input in
            LZ4_decompress_safe(
              input.baseAddress, out.baseAddress, Int32(input.count), Int32(length))
          }
        }
      }
      written = max(0, Int(got))
    }
    guard got == Int32(length) else { throw .damaged }
    return raw
  }

  /// How hard it is tried to make a frame short.
  public enum Effort: Sendable {
    case full
    /// For bytes that will not shrink: hardly more than a copy.
    case least
  }

  /// One whole frame of the public format, with the content's size and without its checksum: the
  /// caller has one of its own, and computing this costs nearly as much as compressing.
  public static func compressFrame(_ bytes: Bytes, _ effort: Effort = .full) -> [UInt8] {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.contentSize = UInt64(bytes.count)
    preferences.frameInfo.blockSizeID = LZ4F_max256KB
    // A level below zero is LZ4's acceleration: how far it steps when it finds nothing.
    if effort == .least { preferences.compressionLevel = -leastEffort }
    let room = LZ4F_compressFrameBound(bytes.count, &preferences)
    return [UInt8](unsafeUninitializedCapacity: room) { target, written in
      let count = bytes.withUnsafeBytes { source in
        LZ4F_compressFrame(
          target.baseAddress, room, source.baseAddress, source.count, &preferences)
      }
      precondition(LZ4F_isError(count) == 0, "LZ4F_compressFrame failed within its own bound")
      written = count
    }
  }

  /// The content of exactly one frame that says its content size. The size is checked against
  /// `limit` before any allocation; missing, extra or damaged bytes are refused.
  public static func decompressFrame(_ frame: Bytes, limit: Int) throws(Fault) -> [UInt8] {
    var context: OpaquePointer?
    guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else {
      throw .damaged
    }
    defer { LZ4F_freeDecompressionContext(context) }
    var info = LZ4F_frameInfo_t()
    var consumed = frame.count
    let hint = frame.withUnsafeBytes {
      LZ4F_getFrameInfo(context, &info, $0.baseAddress, &consumed)
    }
    guard LZ4F_isError(hint) == 0 else { throw .damaged }
    guard info.contentSize <= UInt64(max(0, limit)) else {
      throw .tooLong(length: Int(clamping: info.contentSize), limit: limit)
    }
    let length = Int(info.contentSize)
    let body = frame.dropFirst(consumed)
    var options = LZ4F_decompressOptions_t()
    // What was decompressed stays where it is while the rest is.
    options.stableDst = 1
    var whole = false
    let raw = [UInt8](unsafeUninitializedCapacity: length) { target, written in
      written = body.withUnsafeBytes { source in
        var read = 0
        var made = 0
        while read < source.count {
          var room = length - made
          var left = source.count - read
          let result = LZ4F_decompress(
            context, target.baseAddress.map { $0 + made }, &room,
            source.baseAddress.map { $0 + read }, &left, &options)
          guard LZ4F_isError(result) == 0, room > 0 || left > 0 else { return made }
          made += room
          read += left
          if result == 0 {
            whole = read == source.count && made == length
            return made
          }
        }
        return made
      }
    }
    guard whole else { throw .damaged }
    return raw
  }
}
