/// What the client will hold, read or wait for at most.
enum Limits {
  /// Bytes of a reply's body. A page of the range API is at most 8 MiB by the server's limits; four
  /// times that leaves room for base64 and JSON around it, and keeps a mad server from filling our
  /// memory.
  static let replyBytes = 32 << 20
  /// Requests in flight on one client. Each holds a connection and its buffers, about 100 KiB at
  /// worst of what a kernel gives both directions: 1024 stay within 100 MiB and the usual 1024
  /// descriptors of a shell.
  static let inFlight = 1000
  /// Idle connections kept for one endpoint: the bursts of a busy program; more are closed when
  /// done.
  static let idlePerEndpoint = 64
  /// Requests written to one connection before their replies: a server answers in order, so more
  /// only wait.
  static let pipelined = 128
  /// No further attempt is begun with less time than this: a commit takes a few milliseconds, a
  /// busy disk some tens.
  static let leastAttempt: Duration = .milliseconds(50)
  /// Keys of one page of `range`: a page of small records stays near a millisecond of the server's
  /// time.
  static let pageItems: UInt32 = 1000
  /// Nested transactions read back from a reply; the server accepts far fewer.
  static let transactionDepth = 8
  /// Bytes of an error document that are read where a download is refused.
  static let errorBytes = 64 << 10
  /// A download on which nothing comes for so long is given up: a node reads its disk in
  /// milliseconds, an election takes a second.
  static let downloadSilence: Duration = .seconds(10)
}
