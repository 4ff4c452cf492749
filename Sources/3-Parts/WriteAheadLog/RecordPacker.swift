internal import BinaryCodec

/// Decides which bodies of a log are worth compressing, by what became of those before. A matter of
/// the records alone: equal logs are compressed alike.
struct RecordPacker {
  private var pace = PackingPace()

  /// The block to store instead of `raw`; nil: store it as it is.
  mutating func pack(_ raw: Bytes) -> [UInt8]? {
    guard raw.count >= Limits.compressionThreshold, pace.isDue() else { return nil }
    let block = LZ4.compressBlock(raw, atMost: PackingPace.room(for: raw.count))
    pace.wasTried(shrank: block != nil)
    return block
  }
}
