internal import BinaryCodec

/// The layout of a data directory, format version 2. Everything that is known about positions and
/// names stands here; docs/ON-DISK-FORMAT.md draws the same with every field.
///
/// ```
/// identity            cluster, node, disk incarnation; two copies in two sectors
/// ballot              term and vote; two copies in two sectors
/// reserve             zeros: space given back when the disk is full, so that compaction can run
/// lock                who runs on this directory
/// wal/<n>.log         segment n: header, then records
/// wal/spare-<n>       a segment to come: a recycled or a zeroed file
/// snapshots/snapshot-<index>-<term>
/// ```
/// A segment, in sectors of 4096 bytes:
/// ```
/// | header ...... | header's copy, head 1, body 1 ... | ... body 1 | copy 1, head 2, body 2 |
/// ^ sector 0      ^ sector 1                                       ^ next sector boundary
/// ```
/// A record's 64-byte identity stands before its body (head) and again at the first sector boundary
/// after it (copy), written together and made durable by one sync.
///
/// **What may a crash leave?** Of everything written since the last sync, any subset of sectors,
/// each old, new, or new up to some byte. Nothing that was synced is rewritten, except the sector
/// that holds the last copy: its other bytes are the next record's, and the copy is redundant.
///
/// **Why a tear and rot differ.** Head and copy share no sector, so one rotten sector leaves one of
/// them, and with it term, indexes, length and checksum of every entry: the record is whole or
/// *faulty*, never gone. At the end of the log, a place with neither is a tear: had it been synced,
/// both would have been there. It is cut off. A tear that leaves either one is kept as faulty,
/// which is safe: nobody was promised those entries.
///
/// **Why a cut loses nothing.** Every identity carries `durable`, the end of what was synced when
/// it was written. An intact identity behind the gap whose `durable` lies beyond the gap's
/// beginning, or any following segment (created only after its predecessor was synced), proves that
/// the gap was durable: recovery then refuses instead of cutting. What a cut leaves behind can
/// never prove that: its `durable` is at most where the cut was made. Nor can it be read as a
/// record again: it does not continue the chain, unless the same bytes are written before it once
/// more, and then it continues the log as it once did.
///
/// **Crash points.** Segment: written and synced as a spare, then renamed, then the directory
/// synced, then used; an unreadable header under a final name is therefore damage. Recycling:
/// renamed away, oldest first, the directory synced after each. Reset: the new segment says in its
/// header that everything before it is void; one rename decides. Ballot: copy 0 written and synced,
/// then copy 1; a crash leaves one whole. Renewal: the identity in the same way, then the ballot;
/// until a ballot of the new incarnation is whole the next start renews once more. Snapshot:
/// written as a partial file, synced, renamed, directory synced. Format: `identity.partial` first,
/// all else, then its rename; while only the partial exists the directory counts as unformatted.
enum OnDiskFormat {
  static let version = 2
  /// The unit that is written and rots as a whole on every common disk; a 512-byte disk only tears
  /// finer.
  static let sectorSize = 4096
  /// Bytes of a record's identity and distance unit of everything in a segment.
  static let identitySize = 64
  static let segmentHeaderSize = 128

  static let identityFile = "identity"
  static let identityPartial = "identity.partial"
  static let ballotFile = "ballot"
  static let reserveFile = "reserve"
  static let lockFile = "lock"
  static let logDirectory = "wal"
  static let snapshotDirectory = "snapshots"
  /// What a node's directory holds of its data.
  static let ownNames = [
    identityFile, identityPartial, ballotFile, reserveFile, logDirectory, snapshotDirectory,
  ]

  /// Where the header's copy stands.
  static let segmentHeaderCopy = sectorSize
  /// Where the first record's head stands.
  static let firstRecord = sectorSize + segmentHeaderSize

  static func sectorBoundary(from offset: Int) -> Int {
    (offset + sectorSize - 1) / sectorSize * sectorSize
  }

  /// Where the copy of the identity stands for a record whose head is at `head`: never in the
  /// head's sector.
  static func copyOffset(head: Int, stored: Int) -> Int {
    sectorBoundary(from: head + identitySize + stored)
  }

  /// Where the record after that one has its head.
  static func nextRecord(head: Int, stored: Int) -> Int {
    copyOffset(head: head, stored: stored) + identitySize
  }

  /// The size of a segment that takes one record of `stored` bytes, at least `nominal`.
  static func segmentSize(nominal: Int, stored: Int) -> Int {
    max(nominal, sectorBoundary(from: nextRecord(head: firstRecord, stored: stored)))
  }

  static func segmentPath(_ sequence: UInt64) -> String { "wal/\(sequence).log" }
  static func sparePath(_ number: UInt64) -> String { "wal/spare-\(number)" }

  static func segmentSequence(name: String) -> UInt64? {
    name.hasSuffix(".log") ? plainNumber(name.dropLast(4)) : nil
  }

  static func spareNumber(name: String) -> UInt64? {
    name.hasPrefix("spare-") ? plainNumber(name.dropFirst(6)) : nil
  }

  /// A decimal number in its one canonical spelling.
  static func plainNumber(_ text: Substring) -> UInt64? {
    guard let number = UInt64(text), String(number) == text else { return nil }
    return number
  }
}
