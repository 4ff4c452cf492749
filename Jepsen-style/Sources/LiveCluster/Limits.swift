/// The bounds of a live run.
enum Limits {
  /// Bytes that wait in one direction of a proxied connection before its sender is stopped: what
  /// a kernel buffers on both sides of a long line.
  static let laneBytes = 8 << 20
  /// The longest frame of the protocol; what claims to be longer is passed on as it comes.
  static let frameBytes = 32 << 20
  /// What a lost segment costs TCP: its least retransmission timeout on Linux, in nanoseconds.
  static let retransmission: UInt64 = 200_000_000
  /// How long an overtaken message waits, in nanoseconds: some messages are sent in that time.
  static let overtaken: UInt64 = 30_000_000
  /// Of so many lost frames one breaks its connection.
  static let lossesABreak: UInt64 = 10
  /// Requests in the last seconds of a run that must be answered in time, in per cent.
  static let answeredPerCent = 99.0
  /// A request of the last seconds must be answered within so many nanoseconds.
  static let answerTime: UInt64 = 2_000_000_000
  /// How often an optimistic transaction is tried before it counts as contended.
  static let optimisticTries = 5
}
