internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import RaftTypes

/// Puts a store together from the parts of a snapshot, in their order, and refuses parts that no
/// store can have.
struct SnapshotBuilder: ~Copyable, Sendable {
  private var contents = StoreView()
  private var live = TreeBuilder()
  private var graves = TreeBuilder()
  private var garbage = Garbage()
  // Unfinished: whether the version that came last waits for the one that superseded it.
  private var last: LastRecord?

  private struct LastRecord: @unchecked Sendable {
    let record: Record
    let tag: UInt8
  }

  // Revisions and indices of any real store are far below it; sums of them cannot overflow.
  private static let numberLimit: UInt64 = 1 << 62

  /// Returns how many sessions follow.
  mutating func readHeader(from reader: inout ByteReader) throws(DecodingFault) -> Int {
    guard try reader.readRaw(SnapshotFormat.magic.count).elementsEqual(SnapshotFormat.magic)
    else { throw .inconsistent("no snapshot of a store") }
    let version = try reader.readUInt8()
    guard version == SnapshotFormat.version else {
      throw .unknown("snapshot version", value: UInt64(version))
    }
    let revision = Revision(try reader.readUInt64())
    let compacted = Revision(try reader.readUInt64())
    let index = LogIndex(try reader.readUInt64())
    let time = LogTime(milliseconds: try reader.readUInt64())
    guard revision >= Revision(1), revision.number < Self.numberLimit, compacted <= revision,
      index.number < Self.numberLimit, time.milliseconds < Self.numberLimit
    else { throw .inconsistent("revisions or index out of range") }
    let sessions = try reader.readCount(limit: Limits.sessions)
    contents.revision = revision
    contents.compacted = compacted
    contents.appliedIndex = index
    contents.appliedTime = time
    return sessions
  }

  mutating func add(_ session: Session) throws(DecodingFault) {
    let previous = contents.sessions.sessions.keys.last ?? 0
    guard session.id > previous, session.id <= contents.appliedIndex.number,
      Limits.sessionLifetime.contains(session.timeToLive),
      session.lastUse <= contents.appliedTime
    else { throw .inconsistent("session \(session.id) breaks the rules") }
    contents.sessions.restore(session)
  }

  mutating func add(_ ledger: AddressLedger) { contents.addresses = ledger }

  /// Takes the records that are whole; false: there is none.
  mutating func addRecords(from reader: inout ByteReader) throws(DecodingFault) -> Bool {
    var all = reader
    let bytes = try all.readRaw(all.remaining)
    let count = try bytes.withUnsafeBufferPointer { buffer throws(DecodingFault) in
      var end = 0
      let bytes = UnsafeRawBufferPointer(buffer)
      while let next = try SnapshotFormat.record(in: bytes, at: end) {
        try add(next.record, tag: next.tag)
        end = next.end
      }
      return end
    }
    _ = try reader.readRaw(count)
    return count > 0
  }

  private mutating func add(_ record: Record, tag: UInt8) throws(DecodingFault) {
    let modRevision = record.info.modRevision
    guard modRevision > 1, modRevision <= contents.revision.number else {
      throw .inconsistent("a record's revision is out of range")
    }
    if tag != SnapshotFormat.Tag.tombstone {
      // Each write of a key takes a revision.
      let (created, version) = (record.createRevision, record.version)
      guard created > 1, created <= modRevision, version >= 1,
        version <= modRevision - created + 1
      else { throw .inconsistent("a record's revisions contradict each other") }
    }
    try settleLast(before: record)
    last = LastRecord(record: record, tag: tag)
    contents.recordHash &+= record.stateHash
    if tag == SnapshotFormat.Tag.live {
      live.append(record)
      contents.liveBytes += record.byteCount
    } else {
      contents.historyCount += 1
      contents.historyBytes += record.byteCount
    }
  }

  /// Reads the end of the records; throws `truncated` when one stands there that is not whole.
  mutating func readEnd(from reader: inout ByteReader) throws(DecodingFault) {
    let available = reader.remaining
    guard try reader.readUInt8() == SnapshotFormat.Tag.end else {
      throw .truncated(needed: available + 1, available: available)
    }
    let liveCount = try reader.readUInt64()
    let historyCount = try reader.readUInt64()
    let hash = try reader.readUInt64()
    try settleLast(before: nil)
    guard liveCount == live.count, historyCount == contents.historyCount,
      hash == contents.stateHash
    else { throw .inconsistent("counts or hash differ from the snapshot's own") }
    contents.live = live.finish()
    contents.graves = graves.finish()
    garbage.sort()
  }

  var revision: Revision { contents.revision }

  var store: Store { Store(contents: contents, garbage: garbage) }

  // Records ascend; a live version is the last of its key; a superseded one is followed by what
  // superseded it, which tells when it may be dropped.
  private mutating func settleLast(before next: Record?) throws(DecodingFault) {
    guard let last else { return }
    let order = next.map { KeyOrder.compare(last.record.key, $0.key) } ?? -1
    let successor = order == 0 ? next : nil
    let ascends = successor.map { last.record.info.modRevision < $0.info.modRevision }
    guard ascends ?? (order < 0) else { throw .inconsistent("records are not in order") }
    if let successor { try check(successor, follows: last.record) }
    successor?.supersede(last.record)
    switch last.tag {
    case SnapshotFormat.Tag.live:
      if successor != nil { throw .inconsistent("a live record is not the last of its key") }
    case SnapshotFormat.Tag.tombstone:
      garbage.append(tombstone: last.record)
      if successor == nil { graves.append(last.record) }
    default:
      guard let successor else {
        throw .inconsistent("a superseded record without a successor")
      }
      garbage.append(supersededBy: successor)
    }
  }

  // By the version a store tells what stands in front of it: 0 for a tombstone, 1 behind one.
  private func check(_ next: Record, follows last: Record) throws(DecodingFault) {
    let fits = next.version == 0 ? last.version != 0 : next.version == last.version + 1
    guard fits else { throw .inconsistent("a version does not follow the one before it") }
  }
}
