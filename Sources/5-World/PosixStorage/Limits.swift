/// Every bound of this module, with its reason.
enum Limits {
  /// Zeros are written in runs of this size: few system calls, little memory.
  static let zeroRun = 1 << 20
  /// After so many zeroed bytes they are synced, so that a log's own sync, on another thread, never
  /// queues behind 64 MiB of zeros.
  static let zeroSync = 4 << 20
  /// A look at a lock holds it for microseconds; 50 tries, 2 ms apart, cannot mistake that for a
  /// node.
  static let lockAttempts = 50
  static let lockPause: UInt32 = 2000
}
