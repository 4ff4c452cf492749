public import RaftTypes

/// Puts another epoch's data in the place of a node's: the new directory is prepared whole in
/// `epoch-<E>.new` beside the old data, which then moves to `before-epoch-<E>`; nothing is deleted.
///
/// Crash points: until `complete` is called the old data stands untouched, and preparing may be
/// repeated. Its first rename takes the old identity away, its last one gives the new identity its
/// place: between them no node starts here, and `complete` goes on where it was interrupted.
public struct EpochChange<Files: FileSystem> {
  /// How far the change has come.
  public enum Stage: Hashable, Sendable {
    /// Nothing was decided: no new data, or not all of it.
    case none
    /// The new data is whole, the old still in force.
    case prepared
    /// The old data has begun to move away: `complete` must finish it.
    case interrupted
  }

  // In the order in which they move away; they come in the other way round.
  private static var names: [String] {
    [
      OnDiskFormat.identityFile, OnDiskFormat.ballotFile, OnDiskFormat.snapshotDirectory,
      OnDiskFormat.logDirectory,
    ]
  }

  private let files: Files
  public let epoch: UInt64

  public init(_ files: Files, epoch: UInt64) {
    self.files = files
    self.epoch = epoch
  }

  /// The change that was prepared on `files` and not finished, of the latest epoch; nil when there
  /// is none.
  public static func found(on files: Files) throws(LogFault) -> EpochChange? {
    let epochs = try io { () throws(FileFault) in try files.list("") }.compactMap { name in
      name.hasPrefix("epoch-") && name.hasSuffix(".new")
        ? OnDiskFormat.plainNumber(name.dropFirst(6).dropLast(4)) : nil
    }
    for epoch in epochs.sorted(by: >) {
      let change = EpochChange(files, epoch: epoch)
      if try change.stage() != .none { return change }
    }
    return nil
  }

  /// Where the new data is prepared.
  public var prepared: String { "epoch-\(epoch).new" }
  /// Where the old data goes.
  public var aside: String { "before-epoch-\(epoch)" }

  /// How far the change has come.
  public func stage() throws(LogFault) -> Stage {
    try Self.io { () throws(FileFault) in
      guard try names(in: prepared).contains(OnDiskFormat.identityFile) else { return .none }
      return try names(in: "").contains(OnDiskFormat.identityFile) ? .prepared : .interrupted
    }
  }

  /// An empty place to format; what an earlier attempt left there counts for nothing any more.
  /// Throws `.alreadyFormatted` when an earlier change's data stands aside: it is not overwritten.
  public func prepare() throws(LogFault) -> Subdirectory<Files> {
    let kept = try Self.io { () throws(FileFault) in try names(in: aside) }
    guard kept.isEmpty else { throw .alreadyFormatted(found: [aside]) }
    return try Self.io { () throws(FileFault) in
      let place = try Subdirectory(files, prepared)
      if try place.list("").contains(OnDiskFormat.identityFile) {
        // A finished format becomes an interrupted one, which the next format clears away.
        try place.rename(OnDiskFormat.identityFile, to: OnDiskFormat.identityPartial)
        try place.syncDirectory("")
      }
      return place
    }
  }

  /// Whose new data it is.
  /// - Precondition: the new data is whole.
  public func identity() throws(LogFault) -> DiskIdentity {
    var notes: [RecoveryNote] = []
    let place = try Self.io { () throws(FileFault) in try Subdirectory(files, prepared) }
    guard let identity = try IdentityFile.read(place, repairing: false, &notes) else {
      preconditionFailure("EpochChange: \(prepared) is not whole")
    }
    return identity
  }

  /// The prepared snapshot: it says which cluster this will be, and who belongs to it.
  /// - Precondition: the new data is whole.
  public func snapshot() throws(LogFault) -> SnapshotDescriptor {
    // It comes in before the identity does.
    let directory = OnDiskFormat.snapshotDirectory
    let (place, found) = try Self.io { () throws(FileFault) -> (String, [String]) in
      let isIn = try !names(in: prepared).contains(directory)
      let place = isIn ? "" : "\(prepared)/"
      return (place, try names(in: place + directory))
    }
    guard let position = found.compactMap(SnapshotFormat.position).first else {
      throw .damaged(
        Damage(
          path: prepared, offset: 0, finding: "the new data has no snapshot",
          remedy: "move the identity in \(aside) back, and the other files in it, and begin anew"))
    }
    return try SnapshotReader(files, path: place + SnapshotFormat.path(position)).descriptor
  }

  /// Moves the old data away and the new data in, durably. May be repeated until it returns.
  /// - Precondition: the new data is whole.
  public func complete() throws(LogFault) {
    let stage = try stage()
    precondition(stage != .none, "EpochChange: \(prepared) is not whole")
    try Self.io { () throws(FileFault) in
      try moveAway()
      try moveIn()
    }
  }

  // What has come in already no longer stands in `prepared`: whatever has a twin there is old.
  private func moveAway() throws(FileFault) {
    try files.discard(OnDiskFormat.identityPartial)
    try files.createDirectory(aside)
    try files.syncDirectory("")
    for name in Self.names {
      guard try names(in: prepared).contains(name), try names(in: "").contains(name) else {
        continue
      }
      try files.rename(name, to: aside + "/" + name)
      // The identity alone first: without it no node starts on what is left.
      if name == OnDiskFormat.identityFile { try sync(aside) }
    }
    try sync(aside)
  }

  private func moveIn() throws(FileFault) {
    for name in Self.names.reversed() {
      guard try names(in: prepared).contains(name) else { continue }
      if name == OnDiskFormat.identityFile { try sync(prepared) }
      try files.rename(prepared + "/" + name, to: name)
    }
    try sync(prepared)
  }

  // Both ends of the renames.
  private func sync(_ directory: String) throws(FileFault) {
    try files.syncDirectory(directory)
    try files.syncDirectory("")
  }

  private func names(in directory: String) throws(FileFault) -> [String] {
    do {
      return try files.list(directory)
    } catch {
      guard case .notFound = error else { throw error }
      return []
    }
  }

  private static func io<Result>(
    _ body: () throws(FileFault) -> Result
  ) throws(LogFault) -> Result {
    do { return try body() } catch { throw LogFault(error) }
  }
}
