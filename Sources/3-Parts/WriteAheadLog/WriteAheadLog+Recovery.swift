internal import BinaryCodec
public import RaftTypes

/// What `WriteAheadLog.open` found.
public enum Opening<Files: FileSystem> {
  /// Nothing was ever formatted here: the node has no identity and only waits to be contacted.
  case unformatted
  /// A node's data, ready to go on.
  case opened(WriteAheadLog<Files>, Recovery)
}

extension WriteAheadLog {
  /// Opens a data directory and recovers what it holds.
  ///
  /// Cuts a torn tail, keeps rotten records as faulty slots, and refuses with `.damaged` rather
  /// than forget anything that may have been acknowledged. The caller holds the directory's lock.
  /// - Parameters:
  ///   - renewal: what the disk is called from now on if it lost its ballot; drawn anew for every
  ///     start, never used before.
  ///   - restore: reads the state of the newest snapshot by `next`, so that a start reads it once.
  ///     Called again for an older one when that one turns out to be damaged: then what it has of
  ///     the newer is void, as all of it is unless the recovery has a `snapshot`.
  public static func open(
    _ files: Files, _ options: LogOptions = LogOptions(), renewal: DiskIncarnation,
    restoring restore: (inout SnapshotReader<Files>) throws(LogFault) -> Void = { _ in }
  ) throws(LogFault) -> Opening<Files> {
    var notes: [RecoveryNote] = []
    guard var identity = try IdentityFile.read(files, repairing: true, &notes) else {
      try refuseOrphans(files)
      return .unformatted
    }
    try settleNames(files)
    let shelf = try SnapshotShelf(files, identity.cluster, &notes, restoring: restore)
    let opened = try OpenedLog.read(
      files, identity, covered: shelf.usable.first?.descriptor.position.index ?? .zero,
      tail: options.readTail, &notes)
    let (state, join) = try joins(shelf, opened.replay, &notes)
    let ballots: BallotFile<Files>
    if let found = try BallotFile.open(files, identity, &notes) {
      ballots = found
    } else {
      let newest = max(opened.last.term, shelf.term)
      ballots = try renew(files, &identity, renewal, Ballot(term: newest, vote: nil), &notes)
    }
    let spares = try prepare(files, options, shelf, &notes)
    let log = WriteAheadLog(
      files: files, options: options, identity: identity, opened: opened, spares: spares,
      ballots: ballots, snapshots: shelf.usable)
    log.segments = opened.void + log.segments
    while log.segments.count > opened.segments.count { log.dropOldest() }
    if case .replaced(let position) = join {
      try log.restartInItsOwnRoom(behind: position)
    } else if opened.endIsUnreadable {
      try log.leaveSegment()
    }
    return .opened(
      log,
      Recovery(
        identity: identity, ballot: ballots.ballot, state: state,
        damaged: shelf.damaged.filter(\.isRepairable).map(\.position),
        slots: join == .connected ? opened.replay.slots : [], notes: notes))
  }

  // A process that dies between a rename and its directory's sync leaves a name that memory alone
  // has. Whoever counts on it, and writes behind it or gives up what it replaces, would lose both
  // with the power.
  private static func settleNames(_ files: Files) throws(LogFault) {
    do {
      for directory in ["", OnDiskFormat.logDirectory, OnDiskFormat.snapshotDirectory] {
        try files.syncDirectory(directory)
      }
    } catch {
      throw LogFault(error)
    }
  }

  /// The promises are lost: what is promised from now on is another disk's word. The identity
  /// first: while that is the old one no fresh ballot may stand under it.
  private static func renew(
    _ files: Files, _ identity: inout DiskIdentity, _ renewal: DiskIncarnation, _ ballot: Ballot,
    _ notes: inout [RecoveryNote]
  ) throws(LogFault) -> BallotFile<Files> {
    precondition(
      renewal != identity.incarnation && renewal != identity.origin,
      "WriteAheadLog: \(identity) cannot be renewed as \(renewal)")
    notes.append(.incarnationRenewed(from: identity.incarnation, to: renewal))
    identity = identity.renewed(renewal)
    try IdentityFile.replace(files, by: identity)
    return try BallotFile.renew(files, identity, ballot)
  }

  // Data without an identity is either a format that a crash interrupted, or a loss.
  private static func refuseOrphans(_ files: Files) throws(LogFault) {
    do {
      let names = try files.list("").filter { $0 != OnDiskFormat.lockFile }
      guard !names.contains(OnDiskFormat.identityPartial) else { return }
      let ours = [
        OnDiskFormat.ballotFile, OnDiskFormat.logDirectory, OnDiskFormat.snapshotDirectory,
      ]
      guard names.contains(where: ours.contains) else { return }
    } catch {
      throw LogFault(error)
    }
    throw .damaged(
      Damage(
        path: OnDiskFormat.identityFile, offset: 0,
        finding: "the file is missing beside a node's data"))
  }

  private enum Join: Equatable {
    case connected
    /// Nothing of the log counts: it begins anew behind this position.
    case replaced(by: LogPosition)
  }

  /// Whether log and snapshot fit together, and how; throws where they leave a hole.
  ///
  /// A damaged snapshot covers what its name says, as a sound one does: the log joins it by the
  /// same rules. Only the state is missing, unless an older one and the log replace it.
  private static func joins(
    _ shelf: SnapshotShelf, _ log: LogReplay, _ notes: inout [RecoveryNote]
  ) throws(LogFault) -> (RecoveredState, Join) {
    let usable = shelf.usable.first
    let start = usable?.descriptor.position ?? .origin
    let holds = { (position: LogPosition) in
      log.base == position || log.slot(at: position.index)?.position == position
    }
    let newest = shelf.lost?.position ?? start
    // An older state is one only if what leads from it to the newest can be read.
    let isReadable = log.slots.allSatisfy { slot in
      guard case .faulty(let position) = slot else { return true }
      return position.index <= start.index || position.index > newest.index
    }
    if holds(newest), holds(start), isReadable {
      if shelf.lost != nil { notes.append(.fellBack(to: start)) }
      return (.sound(usable), .connected)
    }
    // Where the log begins, or, of an empty one, would.
    let first = log.slots.first?.position.index ?? log.base.index.next
    let isBehind = !log.slots.isEmpty || log.base.index < newest.index
    guard newest != .origin, holds(newest) || (first <= newest.index.next && isBehind) else {
      throw .damaged(
        Damage(
          path: OnDiskFormat.logDirectory, offset: 0,
          finding: "the log begins after \(log.base), the snapshot ends at \(newest)"))
    }
    let join = holds(newest) ? Join.connected : .replaced(by: newest)
    if join != .connected { notes.append(.logReplaced(by: newest)) }
    guard let lost = shelf.lost else { return (.sound(usable), join) }
    notes.append(.stateLost(at: lost.position))
    return (.lost(lost), join)
  }

  /// Clears away what crashes left, and collects spares and reserve.
  private static func prepare(
    _ files: Files, _ options: LogOptions, _ shelf: SnapshotShelf, _ notes: inout [RecoveryNote]
  ) throws(LogFault) -> SparePool<Files> {
    do {
      let names = try files.list(OnDiskFormat.logDirectory).sorted()
      let partials = names.filter { $0.hasSuffix(".partial") }.map { "wal/" + $0 }
      for path in partials + shelf.unfinished {
        try files.discard(path)
        notes.append(.unfinishedRemoved(path: path))
      }
      for path in shelf.surplus { try files.discard(path) }
      var spares: [Spare] = []
      for number in names.compactMap(OnDiskFormat.spareNumber) {
        let size = try files.open(OnDiskFormat.sparePath(number)).size()
        spares.append(Spare(number: number, size: size))
      }
      let hasReserve = try reserveIsWhole(files, options)
      var pool = SparePool(files: files, options: options, spares: spares, hasReserve: hasReserve)
      if !pool.restoreReserve() { notes.append(.reserveMissing) }
      return pool
    } catch {
      throw LogFault(error)
    }
  }

  private static func reserveIsWhole(
    _ files: Files, _ options: LogOptions
  ) throws(FileFault) -> Bool {
    guard try files.exists(OnDiskFormat.reserveFile) else { return false }
    return try files.open(OnDiskFormat.reserveFile).size() == options.reserveSize
  }
}
