internal import BinaryCodec

/// Walks the records of one segment's bytes, whatever they are.
struct SegmentScanner {
  /// A record whose identity was found in at least one of its places.
  struct Found: Equatable {
    let identity: RecordIdentity
    /// The body as stored, when its checksum is right; nil when it rotted.
    let body: Bytes?
    let headIsSound: Bool
    let copyIsSound: Bool
  }

  /// The segment's from `origin` on.
  private let bytes: [UInt8]
  private let origin: Int
  let sequence: UInt64
  let path: String
  /// Where the next record has its head.
  private(set) var position = OnDiskFormat.firstRecord
  /// Checksum of the record before `position`.
  private(set) var chain: UInt32

  /// - Parameter previous: the checksum that the segment's header continues.
  init(bytes: [UInt8], sequence: UInt64, previous: UInt32, path: String) {
    self.bytes = bytes
    origin = 0
    self.sequence = sequence
    self.path = path
    chain = previous
  }

  /// Goes on at a record whose head stands at `position`, behind one of the checksum `chain`, with
  /// the bytes from there on.
  init(bytes: [UInt8], from position: Int, chain: UInt32, sequence: UInt64, path: String) {
    self.bytes = bytes
    origin = position
    self.position = position
    self.sequence = sequence
    self.path = path
    self.chain = chain
  }

  private var end: Int { origin + bytes.count }

  /// The next record, or nil where no identity continues the chain.
  mutating func next() throws(LogFault) -> Found? {
    guard let found = try record(at: position) else { return nil }
    position = found.identity.end
    chain = found.identity.checksum
    return found
  }

  /// The offset of an intact identity behind `position` which says that `position` was durable when
  /// it was written. Then the gap at `position` is damage and no tear.
  func evidenceOfDurability() throws(LogFault) -> Int? {
    try firstIdentity { $0.durable > position }
  }

  /// Whether anything of this segment's own stands behind `position`: then a write was torn here.
  func hasTraces() throws(LogFault) -> Bool {
    try firstIdentity { _ in true } != nil
  }

  private func firstIdentity(
    where condition: (RecordIdentity) -> Bool
  ) throws(LogFault) -> Int? {
    let first = position / OnDiskFormat.sectorSize * OnDiskFormat.sectorSize
    for sector in stride(from: first, to: end, by: OnDiskFormat.sectorSize) {
      let places: [(RecordIdentity.Place, Int)] = [
        (.copy, sector), (.head, sector + OnDiskFormat.identitySize),
        (.head, sector + OnDiskFormat.segmentHeaderSize),
      ]
      for (place, offset) in places where offset >= position {
        if let identity = try decode(place, at: offset), condition(identity) {
          return offset
        }
      }
    }
    return nil
  }

  private func record(at head: Int) throws(LogFault) -> Found? {
    let first = try decode(.head, at: head).flatMap { continues($0, head) ? $0 : nil }
    let second =
      if let first { try copy(of: head, at: first.copyOffset) } else { try searchCopy(of: head) }
    guard let identity = first ?? second else { return nil }
    // Both intact and different: a group that failed for want of space was written anew over
    // itself, and torn. The checksum says which of them the body belongs to.
    if let first, let second, first != second {
      if let body = soundBody(second) {
        return Found(identity: second, body: body, headIsSound: false, copyIsSound: true)
      }
      return Found(
        identity: first, body: soundBody(first), headIsSound: true, copyIsSound: false)
    }
    return Found(
      identity: identity, body: soundBody(identity), headIsSound: first != nil,
      copyIsSound: second != nil)
  }

  private func soundBody(_ identity: RecordIdentity) -> Bytes? {
    let start = identity.offset + OnDiskFormat.identitySize - origin
    let body = bytes[start..<start + identity.stored]
    let checksum = body.withUnsafeBytes { identity.checksum(over: $0) }
    return checksum == identity.checksum ? body : nil
  }

  private func continues(_ identity: RecordIdentity, _ head: Int) -> Bool {
    identity.offset == head && identity.previous == chain && identity.end <= end
  }

  private func copy(of head: Int, at offset: Int) throws(LogFault) -> RecordIdentity? {
    guard let identity = try decode(.copy, at: offset), continues(identity, head),
      identity.copyOffset == offset
    else { return nil }
    return identity
  }

  // Without the head the length is unknown. A copy stands at a sector boundary and names its head
  // and the chain, which no client that chose the body's bytes can know.
  private func searchCopy(of head: Int) throws(LogFault) -> RecordIdentity? {
    let first = OnDiskFormat.copyOffset(head: head, stored: 0)
    let last = min(
      end, OnDiskFormat.copyOffset(head: head, stored: Limits.rawRecord) + 1)
    for offset in stride(from: first, to: last, by: OnDiskFormat.sectorSize) {
      if let identity = try copy(of: head, at: offset) { return identity }
    }
    return nil
  }

  private func decode(
    _ place: RecordIdentity.Place, at offset: Int
  ) throws(LogFault) -> RecordIdentity? {
    do {
      let identity = try RecordIdentity.decode(place, in: bytes, at: offset - origin)
      return identity?.sequence == sequence ? identity : nil
    } catch {
      guard case .unknown("record version", let version) = error else {
        throw .damaged(
          Damage(path: path, offset: offset, finding: "record written wrongly: \(error)"))
      }
      throw .unsupportedVersion(
        path: path, found: Int(clamping: version), supported: OnDiskFormat.version)
    }
  }
}
