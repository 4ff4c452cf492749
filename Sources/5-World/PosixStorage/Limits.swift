/// Every bound of this module, with its reason.
enum Limits {
  /// Zeros are written, and synced, in runs of this size. A log's own sync, on another thread,
  /// queues behind one run; and since logs that are equal come to a new segment at the same time,
  /// where nodes share a disk it queues behind one of each node: of 4 MiB those were 9 ms. Much
  /// smaller ones make a segment too slowly where each sync takes long, for a first start or for a
  /// log whose spare is not ready.
  static let zeroRun = 1 << 20
  /// Bytes that a file which is to go gives back at a time. Beside the removal of 400 MiB from a
  /// file system that was mounted with `discard`, syncs of 4 KiB waited up to 36 ms; in steps of
  /// 16 MiB up to 7 ms, and it took as long.
  static let shrinkStep = 16 << 20

  /// A look at a lock holds it for microseconds; 50 tries, 2 ms apart, cannot mistake that for a
  /// node.
  static let lockAttempts = 50
  static let lockPause: UInt32 = 2000

  /// What passes the page cache lies at multiples of this, in the file and in memory (open(2),
  /// NOTES): the log's own sector, and hardly a disk has larger ones; where one has, the page cache
  /// is used.
  static let directAlignment = 4096

  /// Memory from which an open file is written past the page cache: a larger group of records takes
  /// several writes.
  static let directRoom = 1 << 20
}
