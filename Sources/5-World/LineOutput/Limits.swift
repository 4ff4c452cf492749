/// The bounds of the lines that wait to be written.
enum Limits {
  /// Bytes that wait: some 8,000 lines of 130 bytes, which is what a node logs in days, or a node
  /// in trouble in minutes. Every line takes its own bytes, so that this bounds the lines as well.
  static let queueBytes = 1 << 20
  /// PIPE_BUF: as much goes into a pipe in one piece, and no line of another process into a line of
  /// it (pipe(7)).
  static let pieceBytes = 4096
  /// How long the end of the process waits for somebody who reads: a reader that is merely slow
  /// takes some milliseconds; to be started anew a node cannot wait for one that sleeps.
  static let patienceInMilliseconds = 1000
}
