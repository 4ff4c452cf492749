import RaftCore
import RaftTypes
import Replica
import Testing

@testable import WriteAheadLog

@Suite("What the disk gave back, as consensus wants it")
struct RecoveredTests {
  private let identity = DiskIdentity(
    cluster: ClusterID(1, epoch: 1), node: NodeID(1), incarnation: DiskIncarnation(42))

  private func position(_ term: UInt64, _ index: UInt64) -> LogPosition {
    LogPosition(term: Term(term), index: LogIndex(index))
  }

  private func entry(_ index: UInt64) -> LogSlot {
    .entry(
      Entry(position: position(1, index), logTime: .zero, payload: .command([1, 2, 3][...])))
  }

  private func snapshot(_ index: UInt64) -> SnapshotFile {
    SnapshotFile(
      descriptor: SnapshotDescriptor(
        position: position(1, index), logTime: .zero, membership: ScarceDisk.membership,
        cluster: identity.cluster, stateHash: 0),
      path: "snapshots/s", size: 1)
  }

  private func recovered(
    _ slots: [LogSlot], _ snapshot: SnapshotFile? = nil, state: RecoveredState? = nil,
    _ ballot: Ballot = Ballot(term: Term(3), vote: NodeID(2))
  ) -> Recovered {
    Recovered(
      Recovery(
        identity: identity, ballot: ballot, state: state ?? .sound(snapshot), damaged: [],
        slots: slots, notes: []))
  }

  @Test("without a snapshot the log begins behind the origin")
  func whole() {
    let found = recovered((1...3).map(entry))
    #expect(found.base == .origin && found.slots.count == 3 && found.snapshot == nil)
    #expect(found.ballot == Ballot(term: Term(3), vote: NodeID(2)))
    #expect(found.incarnation == identity.incarnation)
  }

  @Test("a log that begins behind the snapshot is based on it")
  func behind() {
    let found = recovered((6...8).map(entry), snapshot(5))
    #expect(found.base == position(1, 5) && found.slots == (6...8).map(entry))
  }

  @Test("of a tail below the snapshot the first slot becomes the base")
  func tail() {
    let found = recovered((3...8).map(entry), snapshot(5))
    #expect(found.base == position(1, 3) && found.slots == (4...8).map(entry))
  }

  @Test("the last rotten slot below the snapshot becomes the base, the snapshot stands for it")
  func rottenTail() {
    let rotten = LogSlot.faulty(position(1, 4))
    let found = recovered([entry(3), rotten, entry(5), entry(6)], snapshot(5))
    #expect(found.base == position(1, 4) && found.slots == [entry(5), entry(6)])
  }

  @Test("a rotten slot behind the snapshot stays a faulty slot")
  func rotten() {
    let rotten = LogSlot.faulty(position(1, 7))
    let found = recovered([entry(5), entry(6), rotten, entry(8)], snapshot(5))
    #expect(found.base == position(1, 5) && found.slots == [entry(6), rotten, entry(8)])
  }

  @Test("a lost state keeps the log behind it, and what its header says")
  func lost() {
    let descriptor = snapshot(5).descriptor
    let lost = LostSnapshot(position: position(1, 5), descriptor: descriptor)
    let found = recovered((6...8).map(entry), state: .lost(lost))
    #expect(!found.stateIsSound && found.snapshot == descriptor)
    #expect(found.base == position(1, 5) && found.slots == (6...8).map(entry))
  }

  @Test("of a tail below a lost state the last rotten slot becomes the base, as below a sound one")
  func lostTail() {
    let lost = LostSnapshot(position: position(1, 5), descriptor: nil)
    let rotten = LogSlot.faulty(position(1, 4))
    let found = recovered([entry(3), rotten, entry(5), entry(6)], state: .lost(lost))
    #expect(!found.stateIsSound && found.snapshot == nil)
    #expect(found.base == position(1, 4) && found.slots == [entry(5), entry(6)])
  }
}
