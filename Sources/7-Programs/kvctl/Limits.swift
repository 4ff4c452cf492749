/// What kvctl reads or keeps at most.
enum Limits {
  /// Bytes of a value or a transaction read from a file: what one entry of the log can hold
  /// (EntryFormat.payloadLimit); the server's own, lower limits answer for themselves.
  static let inputBytes = 16 << 20
  /// Bytes of one line of `load`: a value of 1 MiB, every byte escaped as `\xHH`, and its key.
  static let lineBytes = 5 << 20
  /// Pauses of processors that a benchmark remembers: a hundred a second for a quarter of an hour,
  /// 1.6 MB.
  static let machinePauses = 100_000
  /// Requests that one event loop of a benchmark sends in one go: a millisecond of work.
  static let requestsOfTurn = 64
  /// Nodes of a local cluster: more processes than that help nobody on one machine.
  static let localNodes = 9
}
