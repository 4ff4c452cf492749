internal import BinaryCodec
internal import Determinism
public import RaftTypes

extension WriteAheadLog {
  /// Makes an empty directory a node's, durably: identity, blank ballot, and a log that holds
  /// `genesis`; nil for a node that joins a cluster, whose log comes from the leader. A format that
  /// a crash interrupted may be repeated; a directory that holds data is refused with
  /// `.alreadyFormatted`, and for a new cluster one that holds anything at all: there somebody has
  /// just named a directory, while a node that joins has waited in its own, beside its
  /// configuration or a file system's `lost+found`.
  /// - Precondition: `genesis` is entry 1 of term 0 with this cluster.
  public static func format(
    _ files: Files, _ identity: DiskIdentity, genesis: Entry?,
    _ options: LogOptions = LogOptions()
  ) throws(LogFault) {
    if let genesis {
      guard case .genesis(identity.cluster, _) = genesis.payload,
        genesis.position == LogPosition(term: .zero, index: LogIndex(1))
      else { preconditionFailure("format with \(genesis.position) of another cluster") }
    }
    try refuseData(files, orAnything: genesis != nil)
    try begin(files, identity)
    try finish(files, identity, base: .origin, genesis.map { [$0] } ?? [], options)
  }

  /// Makes an empty directory a node's whose past is a snapshot: of an earlier epoch, or of another
  /// cluster. Its log begins behind the snapshot and is empty, its ballot is blank: the cluster id
  /// is new to everybody, so nobody was promised anything under it. May be repeated and refuses
  /// like `format(_:_:genesis:_:)`.
  ///
  /// - Parameters:
  ///   - snapshot: what the file says of itself.
  ///   - state: appends the state's raw bytes; what it throws is passed on, and the directory stays
  ///     unformatted.
  /// - Precondition: `snapshot` is of this cluster and its membership trusts this disk.
  @discardableResult
  public static func format(
    _ files: Files, _ identity: DiskIdentity, from snapshot: SnapshotDescriptor,
    _ options: LogOptions = LogOptions(),
    state: (inout SnapshotWriter<Files>) throws(LogFault) -> Void
  ) throws(LogFault) -> SnapshotFile {
    precondition(
      snapshot.cluster == identity.cluster
        && snapshot.membership.members[identity.node]?.incarnation == identity.incarnation,
      "format of \(identity) from a snapshot of cluster \(snapshot.cluster)")
    try refuseData(files, orAnything: true)
    try begin(files, identity)
    var writer = try SnapshotWriter(files, snapshot)
    try state(&writer)
    let file = try writer.finish()
    try finish(files, identity, base: snapshot.position, [], options)
    return file
  }

  /// Everything but the log. While only the identity's partial file exists the directory counts as
  /// unformatted.
  private static func begin(_ files: Files, _ identity: DiskIdentity) throws(LogFault) {
    do {
      try clear(files)
      try IdentityFile.writePartial(files, identity)
      for directory in [OnDiskFormat.logDirectory, OnDiskFormat.snapshotDirectory] {
        try files.createDirectory(directory)
      }
      try files.syncDirectory("")
      try BallotFile.create(files, identity)
      try files.syncDirectory("")
    } catch {
      throw LogFault(error)
    }
  }

  private static func finish(
    _ files: Files, _ identity: DiskIdentity, base: LogPosition, _ entries: [Entry],
    _ options: LogOptions
  ) throws(LogFault) {
    do {
      try firstSegment(files, identity, base: base, entries, options)
      try IdentityFile.commit(files)
    } catch {
      throw LogFault(error)
    }
  }

  private static func firstSegment(
    _ files: Files, _ identity: DiskIdentity, base: LogPosition, _ entries: [Entry],
    _ options: LogOptions
  ) throws(FileFault) {
    let pieces = RecordPiece.pieces(.append, entries)
    let size = OnDiskFormat.segmentSize(
      nominal: options.segmentSize, stored: pieces.first?.size ?? 0)
    let order = SpareOrder(work: .make, number: 1, size: size)
    try order.carryOut(on: files)
    let header = SegmentHeader(
      sequence: 1, disk: identity, size: size, base: base, previous: 0, isReset: false)
    let file = try SegmentHeader.install(header, in: files, spare: OnDiskFormat.sparePath(1))
    var group = RecordGroup(sequence: 1, start: OnDiskFormat.firstRecord, chain: 0)
    for piece in pieces { _ = group.add(piece, below: size) }
    try group.write(to: file)
    try file.sync()
  }

  /// Refuses a directory that holds anything but an interrupted format, or any data but that.
  private static func refuseData(_ files: Files, orAnything: Bool) throws(LogFault) {
    let names: [String]
    do {
      names = try files.list("").filter {
        orAnything ? $0 != OnDiskFormat.lockFile : OnDiskFormat.ownNames.contains($0)
      }
    } catch {
      throw LogFault(error)
    }
    let isInterrupted =
      names.contains(OnDiskFormat.identityPartial) && !names.contains(OnDiskFormat.identityFile)
    guard names.isEmpty || isInterrupted else {
      throw LogFault.alreadyFormatted(found: names.sorted())
    }
  }

  /// Clears away what an interrupted format left.
  private static func clear(_ files: Files) throws(FileFault) {
    let names = try files.list("")
    for directory in [OnDiskFormat.logDirectory, OnDiskFormat.snapshotDirectory]
    where names.contains(directory) {
      for name in try files.list(directory) { try files.discard(directory + "/" + name) }
      try files.syncDirectory(directory)
    }
    try files.discard(OnDiskFormat.ballotFile)
    try files.discard(OnDiskFormat.reserveFile)
  }
}
