internal import Determinism
public import RaftTypes

extension WriteAheadLog {
  /// What should be done beside the log: give it to `SpareOrder.carryOut` on a thread that may
  /// wait, then to `ended`, before the next is asked for. Nil when there is nothing.
  ///
  /// Files that are no longer needed come first, then a spare segment, when there is none. Without
  /// this the files stay, and an append makes the segment itself, and waits for it.
  public func orderSpare() -> SpareOrder? { orderClearing() ?? orderNewSpare() }

  func orderClearing() -> SpareOrder? { spares.orderClearing() }

  private func orderNewSpare() -> SpareOrder? {
    guard spares.spares.isEmpty, spares.restoreReserve(beside: options.segmentSize) else {
      return nil
    }
    return spares.order()
  }

  /// Hears what became of an order. One that failed is given again, as far as it is still needed.
  public func ended(_ order: SpareOrder, isDone: Bool) { spares.ended(order, isDone: isDone) }

  /// Syncs the current segment and goes on in a new one that has room for `piece`.
  func roll(for piece: RecordPiece) throws(LogFault) {
    try syncGroup()
    try startSegment(stored: piece.size, base: last, previous: group.chain, isReset: false)
  }

  /// Goes on in a new segment, behind a recovery that could not read the last sector of this one.
  func leaveSegment() throws(LogFault) {
    try startSegment(stored: 0, base: last, previous: group.chain, isReset: false)
  }

  // A full disk in the middle of a roll cannot be undone half: spares were reserved before, so only
  // a file system that needs space to overwrite gets here.
  private func syncGroup() throws(LogFault) {
    guard !group.isEmpty else { return }
    try poisoning { () throws(FileFault) in
      try group.write(to: file)
      try file.sync()
    }
    group.finish()
    durable = last
  }

  private func startSegment(
    stored: Int, base: LogPosition, previous: UInt32, isReset: Bool
  ) throws(LogFault) {
    let size = OnDiskFormat.segmentSize(nominal: options.segmentSize, stored: stored)
    try spares.reserve([size])
    guard let spare = spares.take(size) else { preconditionFailure("no spare of \(size) bytes") }
    let header = SegmentHeader(
      sequence: segments[segments.count - 1].sequence + 1, disk: identity, size: spare.size,
      base: base, previous: previous, isReset: isReset)
    file = try poisoning { () throws(FileFault) in
      try SegmentHeader.install(header, in: files, spare: spare.path)
    }
    segments.append(
      LogSegment(sequence: header.sequence, size: header.size, highest: base.index))
    group = RecordGroup(
      sequence: header.sequence, start: OnDiskFormat.firstRecord, chain: previous,
      packer: group.packer)
  }

  /// Gives up the segments that hold nothing above `index`; orders say what becomes of the files,
  /// and a crash before that leaves a longer log. Whatever the caller asks for, the log
  /// that the older of the two kept snapshots needs stays: should the newest be damaged, it and the
  /// log replace it (pitfall 35). With fewer than two snapshots nothing is given up.
  /// - Returns: whether any segment was.
  @discardableResult
  public func compact(through index: LogIndex) throws(LogFault) -> Bool {
    try refuseIfPoisoned()
    let limit = min(index, snapshots.count < 2 ? .zero : snapshots[1].descriptor.position.index)
    let before = segments.count
    while segments.count > 1, segments[0].highest <= limit { dropOldest() }
    return segments.count < before
  }

  /// Discards the whole log, durably, also where it contradicts the snapshot (§7, pitfall 32): it
  /// then ends at the snapshot. For a received snapshot, after `adopt` took it. Throws `.diskFull`
  /// with the log as it was.
  /// - Precondition: `snapshot`, or a newer one, is on the disk. A newer one may have been adopted
  ///   meanwhile; its own reset follows, and should a crash come first, recovery replaces this log
  ///   by it.
  public func reset(to snapshot: SnapshotDescriptor) throws(LogFault) {
    try refuseIfPoisoned()
    precondition(
      snapshots.contains { $0.descriptor.position.index >= snapshot.position.index },
      "reset to \(snapshot.position), the newest snapshot is \(snapshots.first?.path ?? "none")")
    try restart(behind: snapshot.position)
  }

  /// The log goes, durably, and begins anew behind `position`, which a snapshot on the disk covers,
  /// be it damaged.
  func restart(behind position: LogPosition) throws(LogFault) {
    try startSegment(stored: 0, base: position, previous: 0, isReset: true)
    last = position
    durable = last
    faulty.removeAll { _, _ in true }
    while segments.count > 1 { dropOldest() }
  }

  /// The same at a start, for which a full disk is no reason to fail while there are segments below
  /// `position`: of those nothing counts any more. Only those, so that a crash meanwhile leaves no
  /// hole between the snapshot and the log.
  func restartInItsOwnRoom(behind position: LogPosition) throws(LogFault) {
    do throws(LogFault) {
      return try restart(behind: position)
    } catch {
      guard case .diskFull = error else { throw error }
    }
    if segments.count > 1, segments[0].highest <= position.index { dropOldest() }
    do {
      while let order = orderClearing() {
        try order.carryOut(on: files)
        ended(order, isDone: true)
      }
    } catch {
      throw LogFault(error)
    }
    try restart(behind: position)
  }

  func dropOldest() {
    let oldest = segments.removeFirst()
    spares.giveUp(segment: oldest.path, size: oldest.size)
  }
}

extension SegmentHeader {
  /// Turns a spare into the segment of this header. The file gets its name only once the header is
  /// durable.
  static func install<Files: FileSystem>(
    _ header: SegmentHeader, in files: Files, spare: String
  ) throws(FileFault) -> Files.File {
    let file = try files.open(spare)
    try file.write(header.encodedTwice()[...], at: 0)
    try file.sync()
    try files.rename(spare, to: OnDiskFormat.segmentPath(header.sequence))
    try files.syncDirectory(OnDiskFormat.logDirectory)
    return file
  }
}
