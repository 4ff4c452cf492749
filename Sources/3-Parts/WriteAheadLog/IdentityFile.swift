internal import BinaryCodec

/// The identity on disk: written once, under a partial name; its rename is the moment at which a
/// directory is formatted.
enum IdentityFile {
  private static let twins = TwinSectors(magic: 0x5344_4951, path: OnDiskFormat.identityFile)

  static func writePartial(
    _ files: some FileSystem, _ identity: DiskIdentity
  ) throws(FileFault) {
    try files.discard(OnDiskFormat.identityPartial)
    let file = try files.create(OnDiskFormat.identityPartial)
    let sector = sector(identity)
    try file.write((sector + sector)[...], at: 0)
    try file.sync()
    try files.syncDirectory("")
  }

  static func commit(_ files: some FileSystem) throws(FileFault) {
    try files.rename(OnDiskFormat.identityPartial, to: OnDiskFormat.identityFile)
    try files.syncDirectory("")
  }

  /// The identity, nil when the file is not there. A lost copy is written anew from the other one
  /// when `repairing`; with both lost nobody can say whose data this is.
  static func read(
    _ files: some FileSystem, repairing: Bool, _ notes: inout [RecoveryNote]
  ) throws(LogFault) -> DiskIdentity? {
    let file: any StoredFile
    do {
      guard try files.exists(OnDiskFormat.identityFile) else { return nil }
      file = try files.open(OnDiskFormat.identityFile)
    } catch {
      throw LogFault(error)
    }
    let copies = try twins.read(file)
    guard let whole = copies.compactMap({ $0 }).first else {
      throw damaged("both copies are damaged")
    }
    let identity = try decode(whole.value)
    for slot in copies.indices where repairing && copies[slot] == nil {
      try rewrite(slot, identity, file)
      notes.append(.copyRewritten(path: OnDiskFormat.identityFile, copy: slot))
    }
    return identity
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

  private static func rewrite(
    _ slot: Int, _ identity: DiskIdentity, _ file: any StoredFile
  ) throws(LogFault) {
    do {
      try file.write(sector(identity)[...], at: slot * OnDiskFormat.sectorSize)
      try file.sync()
    } catch {
      throw LogFault(error)
    }
  }

  private static func sector(_ identity: DiskIdentity) -> [UInt8] {
    var writer = ByteWriter(capacity: 32)
    identity.write(to: &writer)
    return twins.encode(writer.bytes, generation: 1)
  }

  private static func damaged(_ finding: String) -> LogFault {
    .damaged(Damage(path: OnDiskFormat.identityFile, offset: 0, finding: finding))
  }
}
