public import BinaryCodec
public import ClientProtocol
public import RaftTypes

/// The replicated state machine: ordered, multi-version, deterministic. Its data model is etcd
/// v3's.
///
/// A value: it changes only through `apply` and `advance`, which take the log's entries one by
/// one; the state after an index is the same on every replica, whatever its clock, build or past.
/// Copies and views are cheap and independent. Not for use by several threads at once; a
/// `StoreView` is.
///
/// ```swift
/// var store = Store()
/// let put = Command(.put(Put(key: key, value: value))).encoded()
/// let result = store.apply(put[...], at: LogIndex(1), time: now)
/// let page = try store.read(RangeQuery(range: .all))
/// ```
public struct Store: Sendable {
  var contents: StoreView
  // Beside `contents`, so that views do not share it: it is rebuilt when a snapshot is read.
  var garbage = Garbage()
  var severance = Severance()

  /// Empty, at revision 1, nothing applied.
  public init() { contents = StoreView() }

  init(contents: StoreView, garbage: Garbage) {
    self.contents = contents
    self.garbage = garbage
  }

  /// Applies the command of one entry, whole or not at all.
  ///
  /// Bytes that are no command are answered `.refused(.malformed)`, on every replica alike.
  /// - Precondition: `index` follows the last applied one.
  public mutating func apply(
    _ command: Bytes, at index: LogIndex, time: LogTime
  ) -> CommandResult {
    let (elapsed, kept) = (note(index, time), contents.historyCount)
    defer { collectGarbage(elapsed: elapsed, added: contents.historyCount - kept) }
    guard let command = try? Command(decoding: command) else {
      return result(.refused(.malformed))
    }
    guard let stamp = command.stamp else { return execute(command.operation) }
    switch contents.sessions.judge(
      stamp, at: contents.appliedTime, revision: contents.revision)
    {
    case .answered(let result): return result
    case .new:
      let result = execute(command.operation)
      contents.sessions.remember(result, for: stamp)
      return result
    }
  }

  /// Applies one entry of the log, whatever it carries.
  ///
  /// Of what is no command the state keeps who claimed the virtual IP; index and time move on with
  /// every entry.
  /// - Returns: the answer to a command; nil for every other entry.
  /// - Precondition: the entry follows the last applied one.
  public mutating func apply(_ entry: Entry) -> CommandResult? {
    switch entry.payload {
    case .command(let bytes): return apply(bytes, at: entry.index, time: entry.logTime)
    case .genesis, .membership, .snapshotMark: advance(to: entry.index, time: entry.logTime)
    case .termStart(let bytes):
      advance(to: entry.index, time: entry.logTime)
      // A node without a virtual IP says nothing there.
      guard let claim = try? AddressClaim(decoding: bytes) else { return nil }
      contents.addresses.claim(claim, in: entry.term, at: entry.logTime)
    case .address(let bytes):
      advance(to: entry.index, time: entry.logTime)
      guard let deed = try? AddressDeed(decoding: bytes) else { return nil }
      contents.addresses.note(deed, in: entry.term, at: entry.logTime)
    }
    return nil
  }

  /// Notes an entry that changes nothing, so that index and time move on: sessions expire by it,
  /// compacted history is dropped.
  /// - Precondition: `index` follows the last applied one.
  public mutating func advance(to index: LogIndex, time: LogTime) {
    let elapsed = note(index, time)
    collectGarbage(elapsed: elapsed, added: 0)
  }

  /// - Returns: by how many milliseconds log time moved.
  private mutating func note(_ index: LogIndex, _ time: LogTime) -> UInt64 {
    precondition(
      index == contents.appliedIndex.next,
      "Store: entry \(index) does not follow the applied \(contents.appliedIndex)")
    contents.sessions.expire(from: contents.appliedTime, to: time)
    contents.appliedIndex = index
    let before = contents.appliedTime
    contents.appliedTime = max(before, time)
    return contents.appliedTime.milliseconds - before.milliseconds
  }

  /// The state as it is now; constant time.
  public func view() -> StoreView { contents }

  public var revision: Revision { contents.revision }
  public var oldestRevision: Revision { contents.oldestRevision }
  public var appliedIndex: LogIndex { contents.appliedIndex }
  public var appliedTime: LogTime { contents.appliedTime }
  /// See `StoreView.stateHash`.
  public var stateHash: UInt64 { contents.stateHash }
  public var statistics: StoreStatistics { contents.statistics }
  /// Versions that were dropped and still take memory: views that are older than that may read
  /// them. Only the views that somebody holds keep this from going back to zero.
  public var heldVersions: Int { severance.count }
  /// See `StoreView.addresses`.
  public var addresses: AddressLedger { contents.addresses }

  /// See `StoreView.read`.
  public func read(_ query: RangeQuery) throws(StoreRefusal) -> RangeResult {
    try contents.read(query)
  }

  /// See `StoreView.isScan`.
  public func isScan(_ query: RangeQuery) -> Bool { contents.isScan(query) }

  private mutating func execute(_ operation: Command.Operation) -> CommandResult {
    let next = contents.revision.next
    switch operation {
    case .put(let put):
      let previous = write(put, at: next)
      contents.revision = next
      return result(.put(previous: previous))
    case .delete(let delete): return execute(delete, at: next)
    case .transaction(let transaction): return execute(transaction, at: next)
    case .compact(let revision): return compact(to: revision)
    case .session(let operation):
      return result(
        contents.sessions.apply(
          operation, at: contents.appliedIndex, time: contents.appliedTime))
    }
  }

  func result(_ outcome: CommandResult.Outcome) -> CommandResult {
    CommandResult(revision: contents.revision, outcome: outcome)
  }
}
