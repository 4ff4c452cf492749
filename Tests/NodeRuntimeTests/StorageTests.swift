import NIOConcurrencyHelpers
import RaftCore
import RaftTypes
import Replica
import Testing
import WriteAheadLog

@testable import NodeRuntime

/// What a storage thread told its loop.
final class Loop: Sendable {
  private let inputs = NIOLockedValueBox<[ReplicaInput]>([])
  private let failures = NIOLockedValueBox<[String]>([])

  var mailbox: Mailbox {
    Mailbox(
      deliver: { arrived in self.inputs.withLockedValue { $0 += arrived } },
      failed: { reason in self.failures.withLockedValue { $0.append(reason) } })
  }

  var failed: [String] { failures.withLockedValue { $0 } }
  var syncs: [LogCompletion] {
    inputs.withLockedValue { $0 }.compactMap {
      if case .logSynced(let sync) = $0 { sync } else { nil }
    }
  }
  var chunks: [SnapshotChunk] {
    inputs.withLockedValue { $0 }.compactMap {
      if case .chunkRead(let chunk, _) = $0 { chunk } else { nil }
    }
  }
  var ballots: [Ballot] {
    inputs.withLockedValue { $0 }.compactMap {
      if case .ballotSaved(let ballot) = $0 { ballot } else { nil }
    }
  }
  var fullness: [Bool] {
    inputs.withLockedValue { $0 }.compactMap {
      if case .diskFull(let full) = $0 { full } else { nil }
    }
  }

  /// Looks again and again; false when half a minute was not enough.
  func comesToHold(_ condition: (Loop) -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(30)
    while !condition(self) {
      guard ContinuousClock.now < end else { return false }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return true
  }
}

@Suite("The storage thread", .timeLimit(.minutes(1)))
struct StorageTests {
  private static let options = LogOptions(segmentSize: 1 << 16, reserveSize: 0, spareLimit: 1)
  private let identity = DiskIdentity(
    cluster: ClusterID(1, epoch: 1), node: NodeID(1), incarnation: DiskIncarnation(1))

  private func storage(
    _ disk: ScarceDisk, _ loop: Loop, spares: Int = 0
  ) throws -> StorageWorker<ScarceDisk> {
    try WriteAheadLog.format(disk, identity, genesis: nil, Self.options)
    for number in 0..<spares {
      try disk.create("wal/spare-\(100 + number)").allocate(Self.options.segmentSize)
    }
    guard
      case .opened(let log, _) = try WriteAheadLog.open(
        disk, Self.options, renewal: DiskIncarnation(0xEE))
    else {
      throw ScarceDisk.Unmade(code: 0)
    }
    return StorageWorker(log, on: disk, mailbox: loop.mailbox)
  }

  private func recovered(_ disk: ScarceDisk) throws -> Recovery {
    guard
      case .opened(_, let recovery) = try WriteAheadLog.open(
        disk, Self.options, renewal: DiskIncarnation(0xEE))
    else {
      throw ScarceDisk.Unmade(code: 0)
    }
    return recovery
  }

  private func write(_ sequence: UInt64, size: Int = 100) -> StorageJob {
    let entry = Entry(
      position: LogPosition(term: Term(1), index: LogIndex(sequence)), logTime: .zero,
      payload: .command([UInt8](repeating: 7, count: size)[...]))
    return .log(LogWrite(sequence: sequence, change: .append([entry])))
  }

  private func end(_ storage: StorageWorker<ScarceDisk>) async {
    await withCheckedContinuation { ended in storage.stop { ended.resume() } }
  }

  @Test("pitfall 13: a sync answers with the write it covered and where that ended")
  func completion() async throws {
    let (disk, loop) = (try ScarceDisk(), Loop())
    let storage = try storage(disk, loop)
    for sequence in 1...20 { storage.submit([write(UInt64(sequence))]) }
    await end(storage)
    let last = try #require(loop.syncs.last)
    #expect(last.sequence == 20)
    #expect(last.position == LogPosition(term: Term(1), index: LogIndex(20)))
    #expect(loop.syncs.map(\.sequence) == loop.syncs.map(\.sequence).sorted())
    #expect(try recovered(disk).slots.count == 20)
  }

  @Test("pitfall 51: a ballot passes log writes that find no room, and they follow when there is")
  func ballotPasses() async throws {
    let (disk, loop) = (try ScarceDisk(), Loop())
    let storage = try storage(disk, loop)
    disk.isFull = true
    let ballot = Ballot(term: Term(9), vote: NodeID(3))
    storage.submit([write(1, size: 60_000), write(2, size: 60_000), .ballot(ballot)])
    #expect(await loop.comesToHold { $0.ballots == [ballot] && $0.fullness == [true] })
    #expect(loop.syncs.allSatisfy { $0.sequence < 2 }, "what found no room was acknowledged")
    let later = Ballot(term: Term(10), vote: nil)
    storage.submit([.ballot(later), write(3)])
    #expect(await loop.comesToHold { $0.ballots == [ballot, later] })
    #expect(loop.syncs.allSatisfy { $0.sequence < 2 }, "a write overtook one that waits")
    disk.isFull = false
    #expect(
      await loop.comesToHold {
        $0.syncs.last?.sequence == 3 && $0.fullness == [true, false]
      })
    await end(storage)
    let recovery = try recovered(disk)
    #expect(recovery.slots.count == 3 && recovery.ballot == later)
    #expect(loop.failed.isEmpty)
  }

  @Test("pitfall 51: a snapshot that finds no room has the spare segments removed, but for one")
  func roomForSnapshots() async throws {
    let (disk, loop) = (try ScarceDisk(), Loop())
    let storage = try storage(disk, loop, spares: 5)
    func spares() -> Int {
      ((try? disk.list("wal")) ?? []).filter { $0.hasPrefix("spare-") }.count
    }
    // Format made one.
    let before = spares()
    storage.snapshotFailed(.file(.io(path: "a", operation: "write", code: 5)))
    storage.submit([write(1)])
    #expect(await loop.comesToHold { $0.syncs.last?.sequence == 1 })
    #expect(before >= 5 && spares() == before)
    storage.snapshotFailed(.diskFull(path: "a"))
    #expect(await loop.comesToHold { _ in spares() == 1 })
    storage.submit([write(2, size: 60_000), write(3, size: 60_000)])
    #expect(await loop.comesToHold { $0.syncs.last?.sequence == 3 })
    await end(storage)
    #expect(try recovered(disk).slots.count == 3 && loop.failed.isEmpty)
  }

  @Test("a full disk does not keep a node from stopping, and nothing that waited is acknowledged")
  func stopWhileFull() async throws {
    let (disk, loop) = (try ScarceDisk(), Loop())
    let storage = try storage(disk, loop)
    disk.isFull = true
    storage.submit([write(1, size: 60_000), write(2, size: 60_000)])
    #expect(await loop.comesToHold { $0.fullness == [true] })
    await end(storage)
    #expect(loop.syncs.allSatisfy { $0.sequence < 2 })
    #expect(try recovered(disk).slots.count == loop.syncs.count)
  }

  @Test("pitfall 48: after a failed sync nothing more is done, and the node is told to end")
  func poisoned() async throws {
    let (disk, loop) = (try ScarceDisk(), Loop())
    let storage = try storage(disk, loop)
    storage.submit([write(1)])
    #expect(await loop.comesToHold { $0.syncs.last?.sequence == 1 })
    disk.isBroken = true
    storage.submit([write(2)])
    #expect(await loop.comesToHold { !$0.failed.isEmpty })
    disk.isBroken = false
    storage.submit([write(3), .ballot(Ballot(term: Term(5), vote: nil))])
    await end(storage)
    #expect(loop.syncs.last?.sequence == 1)
    #expect(loop.ballots.isEmpty)
    #expect(loop.failed.count == 1)
  }
}
