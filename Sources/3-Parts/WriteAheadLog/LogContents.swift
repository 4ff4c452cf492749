public import RaftTypes

/// What a directory holds as far as it can be read, put together from an inspection: for whoever
/// must make the best of what is left. `WriteAheadLog.open` is stricter: it refuses what this only
/// reports.
public struct LogContents: Equatable, Sendable {
  public let identity: DiskIdentity
  /// Nil when it is lost, in both copies.
  public private(set) var ballot: Ballot?
  /// The snapshots that are sound to their last byte, newest first.
  public private(set) var snapshots: [SnapshotFile] = []
  /// Before the first slot.
  public var base: LogPosition { replay.base }
  /// The log up to the first place that cannot be read; rotten bodies are faulty slots.
  public var slots: [LogSlot] { replay.slots }
  /// What is wrong, in the order of the files.
  public private(set) var damages: [Damage] = []
  /// The log goes on behind a place that cannot be read, or may: `slots` is only its beginning.
  public private(set) var isLogCut = false
  /// Records of the log are there, a header at least.
  private var hasLog = false
  private var replay = LogReplay(base: .origin)

  /// Reads a whole directory, changing nothing. Throws like `LogInspection.run`.
  public init(_ files: some FileSystem) throws(LogFault) {
    var findings: [LogFinding] = []
    try LogInspection(files).run { findings.append($0) }
    guard case .identity(let identity)? = findings.first else {
      preconditionFailure("LogContents: an inspection begins with the identity")
    }
    self.init(identity, findings.dropFirst())
  }

  /// Whose directory it is, and no more. Throws like `LogInspection.run`.
  public static func identity(_ files: some FileSystem) throws(LogFault) -> DiskIdentity {
    var notes: [RecoveryNote] = []
    guard let identity = try IdentityFile.read(files, repairing: false, &notes) else {
      throw .file(.notFound(path: OnDiskFormat.identityFile))
    }
    return identity
  }

  /// The same as a value.
  public init(
    identity: DiskIdentity, ballot: Ballot?, snapshots: [SnapshotFile],
    base: LogPosition, slots: [LogSlot], damages: [Damage] = [], isLogCut: Bool = false
  ) {
    self.identity = identity
    self.ballot = ballot
    self.snapshots = snapshots
    self.damages = damages
    self.isLogCut = isLogCut
    replay = LogReplay(base: base, slots: slots)
    hasLog = true
  }

  /// - Parameter findings: of one inspection, after the identity.
  init(_ identity: DiskIdentity, _ findings: some Sequence<LogFinding>) {
    self.identity = identity
    for finding in findings { take(finding) }
    if !hasLog { isLogCut = true }
    snapshots.sort { $0.descriptor.position.index > $1.descriptor.position.index }
  }

  /// The end of the log, or of the newest snapshot where that takes the log's place (§7).
  public var last: LogPosition {
    guard let newest = snapshots.first?.descriptor.position else { return replay.last }
    return newest.index > replay.last.index || !holds(newest) && newest.index > base.index
      ? newest : replay.last
  }

  /// The slot at `index`; nil outside the log.
  public func slot(at index: LogIndex) -> LogSlot? { replay.slot(at: index) }

  /// Whether the log has this position, or begins right behind it.
  public func holds(_ position: LogPosition) -> Bool {
    base == position || slot(at: position.index)?.position == position
  }

  private mutating func take(_ finding: LogFinding) {
    switch finding {
    case .identity, .tornTail: break
    case .ballot(let found, _): ballot = found
    case .snapshot(let file): snapshots.append(file)
    case .segment(let segment): begin(segment)
    case .record(let record, let entries): add(record, entries)
    case .faulty(let record): add(record, nil)
    case .damage(let damage):
      damages.append(damage)
      if damage.path.hasPrefix(OnDiskFormat.logDirectory) { isLogCut = true }
    }
  }

  private mutating func begin(_ segment: SegmentDescription) {
    if segment.isReset || !hasLog {
      // What a reset made void may be as damaged as it likes.
      replay = LogReplay(base: segment.base)
      isLogCut = false
      hasLog = true
    } else if segment.base != replay.last, !isLogCut {
      isLogCut = true
      damages.append(
        Damage(
          path: segment.path, offset: 0,
          finding: "continues \(segment.base), but the log before it ends at \(replay.last)"))
    }
  }

  private mutating func add(_ record: RecordDescription, _ entries: [Entry]?) {
    guard !isLogCut else { return }
    isLogCut = !replay.apply(
      isFill: record.isFill, first: record.first, last: record.last.index, entries)
  }
}
