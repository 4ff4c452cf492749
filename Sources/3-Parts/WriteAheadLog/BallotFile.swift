internal import BinaryCodec
internal import RaftTypes

/// The ballot on disk: two copies, the second written only when the first is durable, so that a
/// crash leaves at least one whole; both are durable before `save` returns, so that rot of either
/// forgets nothing (pitfall 68).
///
/// A copy names the incarnation that promised it. One of an earlier incarnation is void: it was
/// lost once, and what is read of it now may be older than what it promised last.
struct BallotFile<Files: FileSystem> {
  private let file: Files.File
  private let identity: DiskIdentity
  private var generation: UInt64
  private(set) var ballot: Ballot

  private static var twins: TwinSectors {
    TwinSectors(magic: 0x4c4c_4251, path: OnDiskFormat.ballotFile)  // "QBLL"
  }

  private init(
    file: Files.File, identity: DiskIdentity, generation: UInt64, ballot: Ballot
  ) {
    self.file = file
    self.identity = identity
    self.generation = generation
    self.ballot = ballot
  }

  /// A new file for a disk that never took part in an election. The caller syncs the directory.
  static func create(_ files: Files, _ identity: DiskIdentity) throws(FileFault) {
    try files.discard(OnDiskFormat.ballotFile)
    let file = try files.create(OnDiskFormat.ballotFile)
    try file.allocate(TwinSectors.fileSize)
    var ballots = BallotFile(file: file, identity: identity, generation: 0, ballot: .blank)
    try ballots.save(.blank)
  }

  /// Begins anew under an incarnation that has promised nothing, in place of what is there.
  static func renew(
    _ files: Files, _ identity: DiskIdentity, _ ballot: Ballot
  ) throws(LogFault) -> BallotFile {
    do {
      let file: Files.File
      if try files.exists(OnDiskFormat.ballotFile) {
        file = try files.open(OnDiskFormat.ballotFile)
      } else {
        file = try files.create(OnDiskFormat.ballotFile)
        try files.syncDirectory("")
      }
      var ballots = BallotFile(file: file, identity: identity, generation: 0, ballot: ballot)
      try ballots.save(ballot)
      return ballots
    } catch {
      throw LogFault(error)
    }
  }

  /// Reads the newer valid copy and rewrites whatever differs from it; nil when both are lost, and
  /// when the file is gone.
  static func open(
    _ files: Files, _ identity: DiskIdentity, _ notes: inout [RecoveryNote]
  ) throws(LogFault) -> BallotFile? {
    guard let file = try existing(files) else { return nil }
    let sectors = try twins.read(file)
    let copies = try decode(sectors, identity)
    guard let newest = newest(of: copies) else { return nil }
    // A promise that only memory has would be acted on, and be gone with the power.
    do { try twins.settle(sectors, in: file) } catch { throw .poisoned(error) }
    var ballots = BallotFile(
      file: file, identity: identity, generation: newest.generation, ballot: newest.ballot)
    for slot in copies.indices where copies[slot] != newest {
      notes.append(.copyRewritten(path: OnDiskFormat.ballotFile, copy: slot))
    }
    if copies[0] != copies[1] {
      // The lost copy first: the one that holds the promise is not touched before the other one
      // does too.
      let lost = copies[0] == newest ? 1 : 0
      do { try ballots.write(newest.ballot, first: lost) } catch { throw .poisoned(error) }
    }
    return ballots
  }

  /// What the file says, the file untouched, and which copies are lost.
  static func inspect(
    _ files: Files, _ identity: DiskIdentity
  ) throws(LogFault) -> (ballot: Ballot?, lost: [Int]) {
    guard let file = try existing(files) else { return (nil, [0, 1]) }
    let copies = try decode(twins.read(file), identity)
    let newest = newest(of: copies)
    return (
      newest?.ballot, copies.indices.filter { copies[$0] == nil || copies[$0] != newest }
    )
  }

  /// Makes `ballot` durable in both copies.
  mutating func save(_ ballot: Ballot) throws(FileFault) { try write(ballot, first: 0) }

  private mutating func write(_ ballot: Ballot, first: Int) throws(FileFault) {
    generation += 1
    var writer = ByteWriter(capacity: 64)
    identity.write(to: &writer)
    writer.write(ballot.term.number)
    writer.write(optional: ballot.vote) { $0.write($1.number) }
    try Self.twins.write(writer.bytes, generation: generation, to: file, first: first)
    self.ballot = ballot
  }

  /// A copy that counts.
  private struct Copy: Equatable {
    let generation: UInt64
    let ballot: Ballot
  }

  private static func newest(of copies: [Copy?]) -> Copy? {
    copies.compactMap { $0 }.max { $0.generation < $1.generation }
  }

  private static func existing(_ files: Files) throws(LogFault) -> Files.File? {
    do {
      return try files.open(OnDiskFormat.ballotFile)
    } catch {
      guard case .notFound = error else { throw LogFault(error) }
      return nil
    }
  }

  private static func decode(
    _ sectors: [TwinSectors.Copy?], _ identity: DiskIdentity
  ) throws(LogFault) -> [Copy?] {
    var copies: [Copy?] = []
    for copy in sectors {
      copies.append(try copy.flatMap { found throws(LogFault) in try decode(found, identity) })
    }
    return copies
  }

  private static func decode(
    _ copy: TwinSectors.Copy, _ identity: DiskIdentity
  ) throws(LogFault) -> Copy? {
    let owner: DiskIdentity
    let ballot: Ballot
    do {
      var reader = ByteReader(copy.value)
      owner = try DiskIdentity.read(from: &reader)
      let term = Term(try reader.readUInt64())
      let vote = try reader.readOptional { (inner: inout ByteReader) throws(DecodingFault) in
        NodeID(try inner.readUInt64())
      }
      try reader.finish()
      ballot = Ballot(term: term, vote: vote)
    } catch {
      throw .damaged(
        Damage(path: OnDiskFormat.ballotFile, offset: 0, finding: "ballot: \(error)"))
    }
    guard owner.isSameDisk(as: identity) else {
      throw .foreign(
        path: OnDiskFormat.ballotFile, found: "\(owner)", expected: "\(identity)")
    }
    guard owner.incarnation == identity.incarnation else { return nil }
    return Copy(generation: copy.generation, ballot: ballot)
  }
}
