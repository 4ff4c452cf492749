import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("A snapshot comes in pieces")
struct SnapshotReceiverTests {
  private let descriptor = Sample.snapshot(2, 9)
  private let raw = SnapshotFileTests.raw(300_000, compressible: false)

  private func sender() throws -> SnapshotReader<CrashableDisk> {
    let disk = try Sample.formatted()
    return try SnapshotReader(disk, path: try Sample.write(disk, descriptor, raw: raw).path)
  }

  @Test("pieces that come doubled, early or overlapping make the same file")
  func pieces() throws {
    let reader = try sender()
    let disk = try Sample.formatted()
    var receiver = try SnapshotReceiver(disk, descriptor, size: reader.size)
    var dice = Dice(seed: 3)
    while receiver.received < reader.size {
      let offset = Int(dice.below(UInt64(min(reader.size, receiver.received + 20_000))))
      let before = receiver.received
      let bytes = try reader.fileBytes(40_000, at: offset)
      let after = try receiver.append(offset: offset, bytes[...])
      #expect(after == (offset > before ? before : max(before, offset + bytes.count)))
    }
    let file = try receiver.finish()
    #expect(try SnapshotFileTests.readAll(disk, file.path) == raw)
    #expect(file.descriptor == descriptor)
  }

  @Test("a receiver goes on where the one before it stopped")
  func resumes() throws {
    let reader = try sender()
    let disk = try Sample.formatted()
    var first = try SnapshotReceiver(disk, descriptor, size: reader.size)
    try first.append(offset: 0, reader.fileBytes(100_000, at: 0)[...])
    var second = try SnapshotReceiver(disk, descriptor, size: reader.size)
    #expect(second.received == 100_000)
    try second.append(offset: 100_000, reader.fileBytes(reader.size, at: 100_000)[...])
    _ = try second.finish()
  }

  @Test("what a crash left of a piece is never taken for the snapshot")
  func crashes() throws {
    let reader = try sender()
    for seed in UInt64(1)...30 {
      let disk = try Sample.formatted()
      var first = try SnapshotReceiver(disk, descriptor, size: reader.size)
      for offset in stride(from: 0, to: reader.size, by: 50_000) {
        try first.append(offset: offset, reader.fileBytes(50_000, at: offset)[...])
      }
      var dice = Dice(seed: seed)
      let found = disk.afterCrash(&dice)
      var second = try SnapshotReceiver(found, descriptor, size: reader.size)
      try second.append(
        offset: second.received, reader.fileBytes(reader.size, at: second.received)[...])
      do {
        #expect(try SnapshotFileTests.readAll(found, second.finish().path) == raw)
      } catch {
        #expect(second.received == 0)
        try second.append(offset: 0, reader.fileBytes(reader.size, at: 0)[...])
      }
    }
  }

  @Test("pitfall 48: what a failed sync left is never taken for the snapshot")
  func failedSync() throws {
    let reader = try sender()
    let disk = try Sample.formatted()
    var first = try SnapshotReceiver(disk, descriptor, size: reader.size)
    try first.append(offset: 0, reader.fileBytes(reader.size, at: 0)[...])
    disk.faults[disk.steps + 1] = .io(path: "snapshots", operation: "fdatasync", code: 5)
    #expect(throws: LogFault.self) { try first.finish() }
    var second = try SnapshotReceiver(disk, descriptor, size: reader.size)
    #expect(second.received == 0)
    try second.append(offset: 0, reader.fileBytes(reader.size, at: 0)[...])
    let file = try second.finish()
    #expect(try SnapshotFileTests.readAll(disk.afterCrash(.nothing), file.path) == raw)
  }

  @Test("a refused snapshot begins again at its first byte")
  func refused() throws {
    let reader = try sender()
    let disk = try Sample.formatted()
    var receiver = try SnapshotReceiver(disk, descriptor, size: reader.size)
    var bytes = try reader.fileBytes(reader.size, at: 0)
    bytes[bytes.count / 2] ^= 1
    try receiver.append(offset: 0, bytes[...])
    #expect(throws: LogFault.self) { try receiver.finish() }
    #expect(disk.names[SnapshotFormat.path(descriptor.position)] == nil)
    var again = try SnapshotReceiver(disk, descriptor, size: reader.size)
    #expect(again.received == 0)
    try again.append(offset: 0, reader.fileBytes(reader.size, at: 0)[...])
    _ = try again.finish()
  }

  @Test("the bytes of another snapshot are refused, however sound")
  func other() throws {
    let reader = try sender()
    let disk = try Sample.formatted()
    var receiver = try SnapshotReceiver(disk, Sample.snapshot(2, 10), size: reader.size)
    try receiver.append(offset: 0, reader.fileBytes(reader.size, at: 0)[...])
    #expect(throws: LogFault.self) { try receiver.finish() }
  }

  @Test("only one snapshot is received at a time, and a part that is no longer needed goes")
  func leftovers() throws {
    let (disk, log) = try Sample.log()
    for index in [UInt64(5), 9] {
      var receiver = try SnapshotReceiver(disk, Sample.snapshot(2, index), size: 100)
      try receiver.append(offset: 0, [1, 2])
    }
    func parts() -> [String] { disk.names.keys.filter { $0.contains("receiving") } }
    #expect(parts() == ["snapshots/receiving-9-2-100"])
    #expect(try Sample.open(disk).recovery.notes.isEmpty)
    try log.adopt(try Sample.write(disk, Sample.snapshot(3, 20)))
    #expect(
      try Sample.open(disk).recovery.notes.contains(
        .unfinishedRemoved(path: "snapshots/receiving-9-2-100")))
    #expect(parts() == [])
  }

  @Test("pieces outside the announced size are ignored")
  func outside() throws {
    let disk = try Sample.formatted()
    var receiver = try SnapshotReceiver(disk, descriptor, size: 10)
    #expect(try receiver.append(offset: 0, [UInt8](repeating: 1, count: 11)[...]) == 0)
    #expect(try receiver.append(offset: 5, [1]) == 0)
    #expect(try receiver.append(offset: -1, [1, 2]) == 0)
    #expect(try receiver.append(offset: .max, [1]) == 0)
  }
}
