internal import BinaryCodec

/// Decides which bodies of a log are worth compressing, by what became of those before: a try costs
/// more time than the disk takes for the bytes, so a log of values that do not shrink must not pay
/// it for every record.
///
/// After a record that saved too little the next one goes untried, then the next two, four, and so
/// on up to `Limits.mostUntried`; one that saves enough ends that. Tries are an odd number of
/// records apart once a second one has failed, so that records of two kinds that take turns cannot
/// hide behind each other. A matter of the records alone: equal logs are compressed alike.
struct RecordPacker {
  private var pause = 1
  private var untried = 0

  /// The block to store instead of `raw`; nil: store it as it is.
  mutating func pack(_ raw: Bytes) -> [UInt8]? {
    guard raw.count >= Limits.compressionThreshold else { return nil }
    guard untried == 0 else {
      untried -= 1
      return nil
    }
    let room = raw.count - raw.count / Limits.leastSaving
    if let block = LZ4.compressBlock(raw, atMost: room) {
      pause = 1
      return block
    }
    untried = pause
    pause = min(pause * 2, Limits.mostUntried)
    return nil
  }
}
