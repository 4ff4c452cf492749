import BinaryCodec
import RaftTypes
import WriteAheadLog

@testable import kvctl

/// Disks as a disaster may leave them, without a disk.
enum Survivors {
  static let cluster = ClusterID(0xC1, epoch: 3)

  static func member(_ id: UInt64) -> Member {
    Member(
      id: NodeID(id), incarnation: DiskIncarnation(0xD0 + id), peerAddress: "h\(id):1",
      clientAddress: "h\(id):2")
  }

  static func membership(_ ids: [UInt64]) -> Membership { Membership(voters: ids.map(member)) }

  static func position(_ term: UInt64, _ index: UInt64) -> LogPosition {
    LogPosition(term: Term(term), index: LogIndex(index))
  }

  /// Entry 1 is the genesis of `voters`, all others are commands that name their position.
  static func entry(_ term: UInt64, _ index: UInt64, _ voters: [UInt64]) -> Entry {
    let payload: Payload =
      index == 1
      ? .genesis(cluster, membership(voters)) : .command(Bytes("\(term).\(index)".utf8))
    return Entry(
      position: position(term, index), logTime: LogTime(milliseconds: 1000 * index),
      payload: payload)
  }

  static func snapshot(
    _ term: UInt64, _ index: UInt64, _ voters: [UInt64] = [1, 2, 3]
  ) -> SnapshotFile {
    let descriptor = SnapshotDescriptor(
      position: position(term, index), logTime: LogTime(milliseconds: 1000 * index),
      membership: membership(voters), cluster: cluster, stateHash: index)
    return SnapshotFile(descriptor: descriptor, path: "snapshots/\(index)", size: 100)
  }

  /// - Parameters:
  ///   - terms: of the entries behind `base`, in order.
  ///   - faulty: indexes whose bodies rotted.
  ///   - changes: memberships that stand at these indexes.
  static func copy(
    _ node: UInt64, _ terms: [UInt64], from base: LogPosition = .origin,
    faulty: Set<UInt64> = [], snapshots: [SnapshotFile] = [], voters: [UInt64] = [1, 2, 3],
    changes: [UInt64: Membership] = [:], cluster: ClusterID = cluster,
    disk: UInt64? = nil, ballot: Ballot? = .blank, isCut: Bool = false
  ) -> SurvivingCopy {
    let slots = terms.enumerated().map { place, term -> LogSlot in
      let index = base.index.number + UInt64(place) + 1
      if faulty.contains(index) { return .faulty(position(index == 1 ? 0 : term, index)) }
      var entry = entry(index == 1 ? 0 : term, index, voters)
      if let change = changes[index] {
        entry = Entry(
          position: entry.position, logTime: entry.logTime, payload: .membership(change))
      }
      return .entry(entry)
    }
    let identity = DiskIdentity(
      cluster: cluster, node: NodeID(node),
      incarnation: DiskIncarnation(disk ?? 0xD0 + node))
    return SurvivingCopy(
      directory: "n\(node)",
      contents: LogContents(
        identity: identity, ballot: ballot, snapshots: snapshots, base: base, slots: slots,
        isLogCut: isCut))
  }
}
