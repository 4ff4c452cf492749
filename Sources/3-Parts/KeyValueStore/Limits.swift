/// The store's bounds; each is the same on every replica, because it decides what a command does.
enum Limits {
  /// Items of one page: with `pageBytes` and 41 bytes of metadata an item, a page stays below 8
  /// MiB encoded, half of the longest frame between nodes.
  static let pageItems = 65_536
  /// Items of the longest page that is no scan: some 30 µs of copying.
  static let itemsAtOnce = 128
  /// Versions of one key that are walked for a read that is no scan: some 10 µs, when memory must
  /// be waited for with each.
  static let versionsAtOnce = 128
  /// Bytes of keys and values in one page, and in all pages of one transaction; twice the largest
  /// value that the API admits by default would do.
  static let pageBytes = 4 << 20
  /// Bytes of keys and previous values that one command may ask for; it shares the longest frame
  /// with the pages.
  static let previousBytes = 4 << 20
  /// Superseded versions dropped with each entry after a compaction, beside two for each one that
  /// the entry adds: so the backlog of any load has an end. One costs a replica 1 to 2 µs; with
  /// 15,000 entries a second, dropping 14 with each took a third of two processors from writes.
  static let collectedPerEntry = 2
  /// And so many for each millisecond of log time since the entry before, for loads of few entries,
  /// up to so many at once: 1 to 2 ms.
  static let collectedPerMillisecond: UInt64 = 20
  static let collectedAtOnce: UInt64 = 1000
  /// Sessions at one time. A view copies their table when the next write follows: 0.6 MB.
  static let sessions = 10_000
  /// Claims of the virtual IP in a snapshot: what the ledger keeps, and no more.
  static let claims = 64
  /// Longest remembered answer, in bytes: with all sessions in use they hold 40 MB.
  static let answerBytes = 4096
  /// A session lives between one second and one day after its last use, in milliseconds.
  static let sessionLifetime: ClosedRange<UInt64> = 1000...86_400_000
  /// Bytes of one snapshot chunk, the last one excepted: a frame that a busy link carries in about
  /// 2 ms.
  static let chunkBytes = 256 << 10
  /// Bytes of a chunk that are first tried to complete what the chunk before it ended in: most
  /// records are shorter.
  static let firstPiece = 4 << 10
  /// Bytes of a record that a snapshot's writer asks the memory for beforehand: in what is longer
  /// the processor has noticed by then that it is read from end to end.
  static let fetchedBytes = 1024
  /// Longest key or value in a snapshot: the longest payload of a log entry.
  static let fieldBytes = 16 << 20
}
