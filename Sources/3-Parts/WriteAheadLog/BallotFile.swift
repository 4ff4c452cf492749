internal import BinaryCodec
internal import RaftTypes

/// The ballot on disk: two copies, the second written only when the first is durable, so that a
/// crash leaves at least one whole; both are durable before `save` returns, so that rot of either
/// forgets nothing (pitfall 68).
struct BallotFile<Files: FileSystem> {
  private let file: Files.File
  private let identity: DiskIdentity
  private var generation: UInt64
  private(set) var recovered: RecoveredBallot

  private static var twins: TwinSectors {
    TwinSectors(magic: 0x4c4c_4251, path: OnDiskFormat.ballotFile)  // "QBLL"
  }

  /// A new file for a disk that never took part in an election. The caller syncs the directory.
  static func create(_ files: Files, _ identity: DiskIdentity) throws(FileFault) {
    try files.discard(OnDiskFormat.ballotFile)
    let file = try files.create(OnDiskFormat.ballotFile)
    try file.allocate(TwinSectors.fileSize)
    var ballot = BallotFile(
      file: file, identity: identity, generation: 0, recovered: .sound(.blank))
    try ballot.save(.blank)
  }

  private init(
    file: Files.File, identity: DiskIdentity, generation: UInt64, recovered: RecoveredBallot
  ) {
    self.file = file
    self.identity = identity
    self.generation = generation
    self.recovered = recovered
  }

  /// Reads the newer valid copy and rewrites whatever differs from it.
  static func open(
    _ files: Files, _ identity: DiskIdentity, _ notes: inout [RecoveryNote]
  ) throws(LogFault) -> BallotFile {
    let file = try openOrCreate(files)
    let copies = try twins.read(file)
    let newest = copies.compactMap { $0 }.max { $0.generation < $1.generation }
    var recovered = RecoveredBallot.damaged(term: .zero)
    if let newest { recovered = try decode(newest.value, identity) }
    var ballot = BallotFile(
      file: file, identity: identity, generation: newest?.generation ?? 0, recovered: recovered)
    for slot in copies.indices where copies[slot] != newest || newest == nil {
      notes.append(.copyRewritten(path: OnDiskFormat.ballotFile, copy: slot))
    }
    if newest == nil || copies[0] != copies[1] {
      // The lost copy first: the one that holds the promise is not touched before the other one
      // does too.
      let lost = copies[0] == newest ? 1 : 0
      do { try ballot.write(recovered, first: lost) } catch { throw .poisoned(error) }
    }
    return ballot
  }

  /// What the file says, the file untouched, and which copies are lost.
  static func inspect(
    _ files: Files, _ identity: DiskIdentity
  ) throws(LogFault) -> (ballot: RecoveredBallot, lost: [Int]) {
    let file: Files.File
    do {
      file = try files.open(OnDiskFormat.ballotFile)
    } catch {
      guard case .notFound = error else { throw LogFault(error) }
      return (.damaged(term: .zero), [0, 1])
    }
    let copies = try twins.read(file)
    let newest = copies.compactMap { $0 }.max { $0.generation < $1.generation }
    guard let newest else { return (.damaged(term: .zero), [0, 1]) }
    return (
      try decode(newest.value, identity), copies.indices.filter { copies[$0] != newest }
    )
  }

  // A ballot file that is gone is a ballot that is lost, and is treated like two rotten copies.
  private static func openOrCreate(_ files: Files) throws(LogFault) -> Files.File {
    do {
      if try files.exists(OnDiskFormat.ballotFile) {
        return try files.open(OnDiskFormat.ballotFile)
      }
      let file = try files.create(OnDiskFormat.ballotFile)
      try files.syncDirectory("")
      return file
    } catch {
      throw LogFault(error)
    }
  }

  /// Makes `ballot` durable in both copies. A ballot that was lost once stays marked as damaged.
  mutating func save(_ ballot: Ballot) throws(FileFault) {
    switch recovered {
    case .sound: try write(.sound(ballot))
    case .damaged: try write(.damaged(term: ballot.term))
    }
  }

  private mutating func write(_ value: RecoveredBallot, first: Int = 0) throws(FileFault) {
    generation += 1
    let sector = Self.twins.encode(encode(value), generation: generation)
    for slot in [first, 1 - first] {
      try file.write(sector[...], at: slot * OnDiskFormat.sectorSize)
      try file.sync()
    }
    recovered = value
  }

  private func encode(_ value: RecoveredBallot) -> [UInt8] {
    var writer = ByteWriter(capacity: 64)
    identity.write(to: &writer)
    switch value {
    case .sound(let ballot):
      writer.write(true)
      writer.write(ballot.term.number)
      writer.write(optional: ballot.vote) { $0.write($1.number) }
    case .damaged(let term):
      writer.write(false)
      writer.write(term.number)
      writer.write(false)
    }
    return writer.bytes
  }

  private static func decode(
    _ value: [UInt8], _ identity: DiskIdentity
  ) throws(LogFault) -> RecoveredBallot {
    let owner: DiskIdentity
    let ballot: RecoveredBallot
    do {
      var reader = ByteReader(value)
      owner = try DiskIdentity.read(from: &reader)
      let isSound = try reader.readBool()
      let term = Term(try reader.readUInt64())
      let vote = try reader.readOptional { (inner: inout ByteReader) throws(DecodingFault) in
        NodeID(try inner.readUInt64())
      }
      try reader.finish()
      ballot = isSound ? .sound(Ballot(term: term, vote: vote)) : .damaged(term: term)
    } catch {
      throw .damaged(
        Damage(path: OnDiskFormat.ballotFile, offset: 0, finding: "ballot: \(error)"))
    }
    guard owner == identity else {
      throw .foreign(
        path: OnDiskFormat.ballotFile, found: "\(owner)", expected: "\(identity)")
    }
    return ballot
  }
}
