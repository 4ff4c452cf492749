/// Sizes that a log is opened with. They may differ from run to run; files keep what they were made
/// with.
public struct LogOptions: Hashable, Sendable {
  /// Bytes of a segment. 64 MiB: rolling is rare, a recycled file is reused within minutes under
  /// load.
  public let segmentSize: Int
  /// Bytes of the reserve file: what a snapshot and the next segment may need on a full disk.
  public let reserveSize: Int
  /// Recycled segments that are kept for reuse; further ones are removed. At the marks of a busy
  /// log as many go as the state has, up to a GiB unless it has more than four: kept, none has to
  /// be zeroed anew while clients write.
  public let spareLimit: Int
  /// Bytes of segments before the newest snapshot's whose entries a start still brings to memory,
  /// for followers that are a little behind; of what is older it checks the bytes.
  public let readTail: Int

  /// - Precondition: `segmentSize` is a multiple of 4096, at least four sectors, below 4 GiB.
  public init(
    segmentSize: Int = 64 << 20, reserveSize: Int = 64 << 20, spareLimit: Int = 16,
    readTail: Int = 16 << 20
  ) {
    precondition(
      segmentSize % OnDiskFormat.sectorSize == 0 && segmentSize >= Limits.smallestSegment
        && segmentSize <= UInt32.max && reserveSize >= 0 && spareLimit >= 1 && readTail >= 0,
      "LogOptions: segment \(segmentSize), reserve \(reserveSize), spares \(spareLimit)")
    self.segmentSize = segmentSize
    self.reserveSize = reserveSize
    self.spareLimit = spareLimit
    self.readTail = readTail
  }
}
