internal import BinaryCodec

/// The identity on disk: written under a partial name, whose rename is the moment at which a
/// directory is formatted; written again only when the disk begins a new incarnation.
enum IdentityFile {
  private static let twins = TwinSectors(magic: 0x5344_4951, path: OnDiskFormat.identityFile)

  static func writePartial(
    _ files: some FileSystem, _ identity: DiskIdentity
  ) throws(FileFault) {
    // Never removed, not even to be written anew: it is what tells an interrupted format from a
    // directory that lost its identity.
    let path = OnDiskFormat.identityPartial
    let file = try files.exists(path) ? try files.open(path) : try files.create(path)
    let sector = twins.encode(encode(identity), generation: 1)
    try file.write((sector + sector)[...], at: 0)
    try file.sync()
    try files.syncDirectory("")
  }

  static func commit(_ files: some FileSystem) throws(FileFault) {
    try files.rename(OnDiskFormat.identityPartial, to: OnDiskFormat.identityFile)
    try files.syncDirectory("")
  }

  /// The identity, nil when the file is not there. A lost or older copy is written anew from the
  /// other one when `repairing`; with both lost nobody can say whose data this is.
  static func read(
    _ files: some FileSystem, repairing: Bool, _ notes: inout [RecoveryNote]
  ) throws(LogFault) -> DiskIdentity? {
    do {
      guard try files.exists(OnDiskFormat.identityFile) else { return nil }
    } catch {
      throw LogFault(error)
    }
    let file = try open(files)
    let (copies, newest) = try newest(file)
    if repairing {
      do { try twins.settle(copies, in: file) } catch { throw LogFault(error) }
    }
    for slot in copies.indices where repairing && copies[slot] != newest {
      let sector = twins.encode(newest.value, generation: newest.generation)
      do {
        try file.write(sector[...], at: slot * OnDiskFormat.sectorSize)
        try file.sync()
      } catch {
        throw LogFault(error)
      }
      notes.append(.copyRewritten(path: OnDiskFormat.identityFile, copy: slot))
    }
    return try decode(newest.value)
  }

  /// Makes `identity` durable in place of the one that is there.
  static func replace(_ files: some FileSystem, by identity: DiskIdentity) throws(LogFault) {
    let file = try open(files)
    let generation = try newest(file).newest.generation + 1
    do {
      try twins.write(encode(identity), generation: generation, to: file)
    } catch {
      throw LogFault(error)
    }
  }

  private static func open(_ files: some FileSystem) throws(LogFault) -> any StoredFile {
    do { return try files.open(OnDiskFormat.identityFile) } catch { throw LogFault(error) }
  }

  private static func newest(
    _ file: any StoredFile
  ) throws(LogFault) -> (copies: [TwinSectors.Copy?], newest: TwinSectors.Copy) {
    let copies = try twins.read(file)
    guard let newest = copies.compactMap({ $0 }).max(by: { $0.generation < $1.generation }) else {
      throw damaged("both copies are damaged")
    }
    return (copies, newest)
  }

  private static func encode(_ identity: DiskIdentity) -> [UInt8] {
    var writer = ByteWriter(capacity: 40)
    identity.write(to: &writer)
    return writer.bytes
  }

  private static func decode(_ value: [UInt8]) throws(LogFault) -> DiskIdentity {
    do {
      var reader = ByteReader(value)
      let identity = try DiskIdentity.read(from: &reader)
      try reader.finish()
      return identity
    } catch {
      throw damaged("\(error)")
    }
  }

  private static func damaged(_ finding: String) -> LogFault {
    .damaged(Damage(path: OnDiskFormat.identityFile, offset: 0, finding: finding))
  }
}
