import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import KeyValueStore
@testable import Replica

@Suite("When a snapshot pays")
struct MarkingTests {
  private static let limits = Trio.settings(1) {
    $0.limits.markBytesLeast = 100
    $0.limits.markBytesMost = 1000
    $0.limits.markEntriesLeast = 10
    $0.limits.markPart = 4
    $0.limits.markDiskBytesLeast = 5000
  }.limits

  private func state(bytes: Int = 0, history: Int = 0, records: Int = 0) -> StoreStatistics {
    StoreStatistics(
      keys: records / 2, keyValueBytes: bytes, historyRecords: records - records / 2,
      historyBytes: history, sessions: 0, revision: Revision(0), oldestRevision: Revision(0))
  }

  private func isDue(_ state: StoreStatistics, entries: [Int], diskBytes: UInt64 = 0) -> Bool {
    var marking = Marking()
    for size in entries { marking.count(size, at: .init(nanoseconds: 0)) }
    return marking.isDue(state, diskBytes: diskBytes, Self.limits)
  }

  @Test(
    "once as many bytes were applied as the state has, history too; of a large state a part",
    arguments: [
      (0, 0, 100), (70, 29, 100), (70, 31, 101), (600, 300, 900), (3000, 900, 1000),
      (9000, 9000, 4500),
    ])
  func bytes(live: Int, history: Int, enough: Int) {
    let state = state(bytes: live, history: history)
    #expect(!isDue(state, entries: [enough - 1]))
    #expect(isDue(state, entries: [enough]))
  }

  @Test("once there were as many entries as records", arguments: [(0, 10), (9, 10), (31, 31)])
  func entries(records: Int, enough: Int) {
    let state = state(records: records)
    #expect(!isDue(state, entries: Array(repeating: 1, count: enough - 1)))
    #expect(isDue(state, entries: Array(repeating: 1, count: enough)))
  }

  @Test("once the log's segments have grown by so much since the last mark")
  func disk() {
    #expect(!isDue(state(), entries: [1], diskBytes: 4999))
    #expect(isDue(state(), entries: [1], diskBytes: 5000))
    var marking = Marking()
    marking.reached(StateMark(index: LogIndex(1), hash: 0), diskBytes: 3000)
    #expect(!marking.isDue(state(), diskBytes: 7999, Self.limits))
    #expect(marking.isDue(state(), diskBytes: 8000, Self.limits))
  }

  @Test("growth of the log's segments is counted from what the mark has left of them")
  func diskThatCameBack() {
    var marking = Marking()
    marking.reached(StateMark(index: LogIndex(1), hash: 0), diskBytes: 9000)
    marking.uses(diskBytes: 8000)
    marking.uses(diskBytes: 1000)
    marking.uses(diskBytes: 4000)
    #expect(!marking.isDue(state(), diskBytes: 5999, Self.limits))
    #expect(marking.isDue(state(), diskBytes: 6000, Self.limits))
  }

  @Test("of a large state once the log's segments have grown by as much as would be applied")
  func diskOfALargeState() {
    let state = state(bytes: 30_000)
    #expect(!isDue(state, entries: [1], diskBytes: 7499))
    #expect(isDue(state, entries: [1], diskBytes: 7500))
  }
}
