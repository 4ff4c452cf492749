import Determinism
import Glibc
import Logging
import RaftCore
import RaftTypes
import Replica
import Testing
import WriteAheadLog

@testable import NodeRuntime

@Suite("Snapshots on their way to others", .timeLimit(.minutes(1)))
struct SnapshotTransfersTests {
  private static let chunkBytes = 64 << 10
  private static let descriptor = SnapshotDescriptor(
    position: LogPosition(term: Term(1), index: LogIndex(300)), logTime: .zero,
    membership: ScarceDisk.membership, cluster: ClusterID(1, epoch: 1), stateHash: 7)

  // Of several pieces, and a log for whoever receives one.
  private func written(
    on disk: ScarceDisk, _ loop: Loop
  ) throws -> (SnapshotFile, StorageWorker<ScarceDisk>) {
    let options = LogOptions(segmentSize: 1 << 16, reserveSize: 0, spareLimit: 1)
    let log = try disk.newLog(options)
    var dice = Dice(seed: 1)
    var writer = try SnapshotWriter(disk, Self.descriptor)
    for _ in 0..<300 {
      try writer.append((0..<1024).map { _ in UInt8(truncatingIfNeeded: dice.next()) }[...])
    }
    return (try writer.finish(), StorageWorker(log, on: disk, mailbox: loop.mailbox))
  }

  private func isOpen(_ path: String, on disk: ScarceDisk) -> Bool {
    (0..<1024).contains { descriptor in
      var target = [CChar](repeating: 0, count: 4096)
      let length = readlink("/proc/self/fd/\(descriptor)", &target, target.count)
      return target.prefix(max(length, 0)).elementsEqual(
        "\(disk.root)/\(path)".utf8CString.dropLast())
    }
  }

  @Test("one that a follower has whole is closed, and no byte of it is read for it any more")
  func sentWhole() async throws {
    let (disk, loop) = (try ScarceDisk(), Loop())
    let (file, storage) = try written(on: disk, loop)
    let mover = SnapshotTransfers(
      files: disk, storage: storage, mailbox: loop.mailbox, chunkBytes: Self.chunkBytes,
      log: Logger(label: "test"))
    let worker = Worker<SnapshotJob>("test") { jobs, _ in for job in jobs { mover.perform(job) } }
    func send(from offset: Int) async {
      let before = loop.chunks.count
      let send = SnapshotSend(
        to: NodeID(2), snapshot: Self.descriptor, offset: UInt64(offset))
      worker.submit([.send(send)])
      #expect(await loop.comesToHold { $0.chunks.count == before + 1 }, "from \(offset)")
    }
    for offset in stride(from: 0, to: file.size, by: Self.chunkBytes) {
      await send(from: offset)
      #expect(isOpen(file.path, on: disk))
    }
    #expect(loop.chunks.reduce(0) { $0 + $1.bytes.count } == file.size)
    await send(from: file.size)
    #expect(loop.chunks.last?.bytes.isEmpty == true)
    #expect(!isOpen(file.path, on: disk))
    // Whoever is asked again while it installs the state: what stands there is not looked at.
    let stored = try disk.open(file.path)
    let byte = try stored.read(1, at: file.size / 2)
    try stored.write([byte[0] ^ 1][...], at: file.size / 2)
    await send(from: file.size)
    #expect(loop.chunks.last?.bytes.isEmpty == true)
    await withCheckedContinuation { ended in worker.stop { ended.resume() } }
    await withCheckedContinuation { ended in storage.stop { ended.resume() } }
  }

  @Test("one that a client has downloaded is closed")
  func downloaded() throws {
    let (disk, loop) = (try ScarceDisk(), Loop())
    let (file, storage) = try written(on: disk, loop)
    let reading = SnapshotReading(files: disk)
    var reached = 0
    while reached < file.size {
      let piece = try #require(
        reading.piece(Self.descriptor.position, at: UInt64(reached), Self.chunkBytes))
      reached += piece.bytes.count
      #expect(isOpen(file.path, on: disk) == (reached < file.size))
    }
    storage.stop {}
  }
}
