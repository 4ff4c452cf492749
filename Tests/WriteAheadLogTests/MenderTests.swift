import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Mending a snapshot with other nodes' copies")
struct MenderTests {
  private static let descriptor = Sample.snapshot(2, 9)
  private static let path = SnapshotFormat.path(descriptor.position)
  /// Five chunks, the last one short.
  private static let raw = SnapshotFileTests.raw(
    4 * Limits.snapshotChunk + 5000, compressible: false)

  private func written() throws -> CrashableDisk {
    let disk = try Sample.formatted()
    _ = try Sample.write(disk, Self.descriptor, raw: Self.raw)
    return disk
  }

  /// Mends the file of `disk` with the files of `peers`.
  /// - Returns: how many pieces it took; nil when nobody had one that was missing.
  @discardableResult
  private func mend(
    _ disk: CrashableDisk, from peers: [CrashableDisk]
  ) throws -> (pieces: Int, file: SnapshotFile)? {
    var mender = try SnapshotMender(disk, Self.descriptor.position)
    var pieces = 0
    while true {
      switch try mender.advance(limit: 100_000) {
      case .going: continue
      case .whole: return (pieces, try mender.finish())
      case .missing(let offset):
        let taken = try peers.contains { peer in
          let piece = try SnapshotMender.piece(peer, Self.descriptor.position, at: offset)
          return try mender.accept(piece[...], at: offset)
        }
        guard taken else { return nil }
        pieces += 1
      }
    }
  }

  @Test("a sound file needs nothing and stays as it is")
  func sound() throws {
    let disk = try written()
    let bytes = disk.bytes(Self.path)
    let mended = try #require(try mend(disk, from: []))
    #expect(mended.pieces == 0 && mended.file.size == bytes.count)
    #expect(disk.bytes(Self.path) == bytes)
  }

  @Test("any one rotten sector is mended with one piece")
  func everySector() throws {
    let whole = try written()
    let bytes = whole.bytes(Self.path)
    for sector in stride(from: 0, through: (bytes.count - 1) / 4096, by: 13) {
      let disk = whole.copy()
      for byte in sector * 4096..<min(sector * 4096 + 4096, bytes.count) where byte % 5 == 0 {
        disk.flip(Self.path, bit: byte * 8 + byte % 8)
      }
      let mended = try #require(try mend(disk, from: [whole]), "sector \(sector)")
      #expect(mended.pieces <= 2, "sector \(sector)")
      #expect(disk.bytes(Self.path) == bytes, "sector \(sector)")
    }
  }

  @Test("a file cut at any length is mended, an empty one too")
  func truncated() throws {
    let whole = try written()
    let bytes = whole.bytes(Self.path)
    for size in [0, 5, 100, 4096, 300_000, bytes.count - 4200, bytes.count - 1] {
      let disk = whole.copy()
      disk.setBytes(Self.path, Array(bytes[..<size]))
      #expect(try mend(disk, from: [whole]) != nil, "cut to \(size)")
      #expect(disk.bytes(Self.path) == bytes, "cut to \(size)")
    }
  }

  @Test("pitfall 50: with one good copy of each chunk, each on another node, all are mended")
  func helical() throws {
    let whole = try written()
    let bytes = whole.bytes(Self.path)
    let disks = (0..<3).map { _ in whole.copy() }
    var offsets = [0]
    var mender = try SnapshotMender(whole, Self.descriptor.position)
    while try mender.advance(limit: 1) == .going { offsets.append(mender.reached) }
    for (part, start) in offsets.enumerated() {
      for node in 0..<3 where node != part % 3 { disks[node].flip(Self.path, bit: start * 8 + 70) }
    }
    for node in 0..<3 {
      let others = (0..<3).filter { $0 != node }.map { disks[$0].copy() }
      let disk = disks[node].copy()
      let mended = try #require(try mend(disk, from: others))
      #expect(mended.pieces >= 3 && disk.bytes(Self.path) == bytes)
    }
  }

  @Test("what nobody has stays missing, and the file is not called whole")
  func nobody() throws {
    let disks = try (0..<3).map { _ in
      let disk = try written()
      disk.flip(Self.path, bit: 5000 * 8)
      return disk
    }
    #expect(try mend(disks[0], from: [disks[1], disks[2]]) == nil)
  }

  @Test("bytes that do not belong there are not taken, and nothing is written")
  func strangers() throws {
    let whole = try written()
    let disk = whole.copy()
    disk.flip(Self.path, bit: 2000 * 8)
    let damaged = disk.bytes(Self.path)
    var mender = try SnapshotMender(disk, Self.descriptor.position)
    guard case .missing(let offset) = try mender.advance() else {
      Issue.record("the damage was overlooked")
      return
    }
    let good = try SnapshotMender.piece(whole, Self.descriptor.position, at: offset)
    var dice = Dice(seed: 50)
    for round in 0..<200 {
      var piece = good
      switch round % 3 {
      case 0: piece[Int(dice.below(UInt64(Limits.snapshotChunk)))] ^= 1 << UInt8(dice.below(8))
      case 1: piece = Array(piece.prefix(Int(dice.below(UInt64(Limits.snapshotChunk)))))
      default: piece = (0..<64).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
      }
      #expect(try mender.accept(piece[...], at: offset) == false)
    }
    #expect(try mender.accept(good[...], at: offset + 1) == false)
    #expect(disk.bytes(Self.path) == damaged)
    #expect(try mender.accept(good[...], at: offset))
    #expect(try mender.advance() == .whole)
  }

  @Test("pitfall 52: a crash at any step of a repair leaves a file that can be repaired")
  func crashes() throws {
    let whole = try written()
    let bytes = whole.bytes(Self.path)
    let damaged = { () -> CrashableDisk in
      let disk = whole.copy()
      for byte in [10, 50_000, 300_000, bytes.count - 5] { disk.flip(Self.path, bit: byte * 8) }
      return disk
    }
    let rehearsal = damaged()
    try mend(rehearsal, from: [whole])
    #expect(rehearsal.steps > 3)
    for step in 1...rehearsal.steps {
      for seed in UInt64(1)...5 {
        let disk = damaged()
        disk.crashStep = step
        _ = try? mend(disk, from: [whole])
        var dice = Dice(seed: seed)
        let found = disk.afterCrash(&dice)
        #expect(try mend(found, from: [whole]) != nil)
        #expect(found.bytes(Self.path) == bytes, "step \(step)")
      }
    }
  }

  @Test("a mended file ends a lost state")
  func endsTheLoss() throws {
    let disk = try Sample.formatted()
    let log = try Sample.open(disk).log
    try log.adopt(try Sample.write(disk, Self.descriptor, raw: Self.raw))
    try log.reset(to: Self.descriptor)
    let whole = disk.copy()
    disk.flip(Self.path, bit: 5000 * 8)
    let (again, lost) = try Sample.open(disk)
    #expect(lost.damaged == [Self.descriptor.position] && lost.snapshot == nil)
    let mended = try #require(try mend(disk, from: [whole]))
    #expect(try again.adopt(mended.file))
    #expect(try Sample.recover(disk).snapshot == mended.file)
  }

  @Test("a file that is sent is checked as far as it is sent")
  func soundBytes() throws {
    let disk = try written()
    let bytes = disk.bytes(Self.path)
    disk.flip(Self.path, bit: 700_000 * 8)
    var reader = try SnapshotReader(disk, path: Self.path)
    #expect(try reader.soundBytes(200_000, at: 0) == Array(bytes[..<200_000]))
    #expect(try reader.soundBytes(200_000, at: 200_000) == Array(bytes[200_000..<400_000]))
    #expect(throws: LogFault.self) { try reader.soundBytes(200_000, at: 600_000) }
    var late = try SnapshotReader(disk, path: Self.path)
    #expect(throws: LogFault.self) { try late.soundBytes(1000, at: 800_000) }
    let good = try written()
    var sound = try SnapshotReader(good, path: Self.path)
    var sent: [UInt8] = []
    while sent.count < bytes.count { sent += try sound.soundBytes(262_144, at: sent.count) }
    #expect(sent == bytes)
  }
}
