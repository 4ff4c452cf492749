internal import RaftTypes

/// How far a download has come. One piece is on its way at a time, and the next is read only when
/// the client has taken the one before it: memory is one piece a download, however slow the client.
struct SnapshotDownload {
  /// What is read next; names the file once the first piece has come.
  var wish: SnapshotWish
  /// Bytes still owed; nil until the first piece has told.
  var left: UInt64?
  /// The port has been asked and has not answered.
  var isReading = false

  init(_ wish: SnapshotWish) { self.wish = wish }
}
