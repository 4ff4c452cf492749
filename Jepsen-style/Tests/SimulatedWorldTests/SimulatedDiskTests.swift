import BinaryCodec
import Determinism
import Faults
import Testing
import WriteAheadLog

@testable import SimulatedWorld

@Suite("The simulated disk")
struct SimulatedDiskTests {
  private func bytes(_ byte: UInt8, _ count: Int) -> Bytes {
    Array(repeating: byte, count: count)[...]
  }

  private func content(_ disk: SimulatedDisk, _ path: String) throws -> [UInt8] {
    let file = try disk.open(path)
    return try file.read(try file.size(), at: 0)
  }

  @Test("what was synced survives every loss of power, whatever was written over it since")
  func synced() throws {
    for seed in 0..<50 as Range<UInt64> {
      let disk = SimulatedDisk()
      let file = try disk.create("a")
      try file.write(bytes(1, 20_000), at: 0)
      try file.sync()
      try disk.syncDirectory("")
      try file.write(bytes(2, 8192), at: 4096)
      var dice = Dice(seed: seed)
      disk.revive(afterPowerLoss: &dice)
      let found = try content(disk, "a")
      #expect(found.count == 20_000)
      #expect(found[..<4096].allSatisfy { $0 == 1 } && found[12_288...].allSatisfy { $0 == 1 })
      #expect(found.allSatisfy { $0 == 1 || $0 == 2 })
    }
  }

  @Test("an unsynced write comes back whole, torn and not at all; never as something else")
  func unsynced() throws {
    var counts: Set<Int> = []
    for seed in 0..<200 as Range<UInt64> {
      let disk = SimulatedDisk()
      let file = try disk.create("a")
      try file.write(bytes(1, 8192), at: 0)
      try file.sync()
      try disk.syncDirectory("")
      try file.write(bytes(2, 8192), at: 0)
      var dice = Dice(seed: seed)
      disk.revive(afterPowerLoss: &dice)
      counts.insert(try content(disk, "a").filter { $0 == 2 }.count)
    }
    #expect(counts.contains(0) && counts.contains(4096) && counts.contains(8192))
    #expect(counts.contains { $0 % 4096 != 0 }, "no sector was ever torn")
  }

  @Test("a name is durable once its directory is synced, not before")
  func names() throws {
    var survivals: Set<Bool> = []
    for seed in 0..<40 as Range<UInt64> {
      let disk = SimulatedDisk()
      _ = try disk.create("old")
      try disk.syncDirectory("")
      try disk.rename("old", to: "new")
      var dice = Dice(seed: seed)
      disk.revive(afterPowerLoss: &dice)
      let names = try disk.list("")
      #expect(names == ["old"] || names == ["new"])
      survivals.insert(names == ["new"])
    }
    #expect(survivals.count == 2)
  }

  @Test("a process that dies loses nothing that it wrote; its machine goes on")
  func kill() throws {
    let disk = SimulatedDisk()
    let file = try disk.create("a")
    try file.write(bytes(3, 100), at: 0)
    disk.die()
    #expect(throws: FileFault.self) { try file.sync() }
    disk.revive()
    #expect(try content(disk, "a") == Array(bytes(3, 100)))
  }

  @Test("a machine dies in the middle of a call, and every later call fails")
  func dies() throws {
    let disk = SimulatedDisk()
    let file = try disk.create("a")
    disk.die(after: 1)
    try file.write(bytes(1, 10), at: 0)
    #expect(throws: FileFault.self) { try file.sync() }
    #expect(disk.isDown)
    #expect(throws: FileFault.self) { _ = try disk.open("a") }
  }

  @Test("a full disk takes what fits and says so; rewriting inside a file needs no space")
  func full() throws {
    let disk = SimulatedDisk()
    let file = try disk.create("a")
    try file.allocate(8192)
    disk.capacity = disk.used
    try file.write(bytes(1, 8192), at: 0)
    #expect(throws: FileFault.noSpace(path: "a")) { try file.write(bytes(1, 1), at: 8192) }
    #expect(try disk.freeSpace() == 0)
    disk.capacity = .max
    try file.write(bytes(1, 1), at: 8192)
  }

  @Test("a sector decays in its own way, and only that sector; writing it anew heals it")
  func decay() throws {
    let disk = SimulatedDisk(Tear(), remembers: true)
    let file = try disk.create("a")
    try file.write(bytes(1, 12_288), at: 0)
    try file.write(bytes(2, 4096), at: 4096)
    try file.write(bytes(3, 4096), at: 8192)
    let inode = try #require(disk.inode("a"))
    var dice = Dice(seed: 1)
    #expect(inode.decay(1, .stale, from: 0, &dice))
    #expect(try file.read(4096, at: 4096) == Array(bytes(1, 4096)), "what stood there before")
    #expect(inode.decay(1, .misdirected, from: 2, &dice))
    #expect(try file.read(4096, at: 4096) == Array(bytes(3, 4096)), "what was meant for another")
    #expect(inode.decay(2, .rot, from: 0, &dice))
    #expect(try file.read(4096, at: 8192) != Array(bytes(3, 4096)))
    #expect(inode.decay(0, .unreadable, from: 0, &dice))
    #expect(throws: FileFault.io(path: "a", operation: "pread", code: 5)) {
      try file.read(1, at: 4095)
    }
    #expect(try file.read(1, at: 4096) == [3])
    #expect(inode.decayed == [0, 1, 2])
    try file.write(bytes(9, 4096), at: 0)
    #expect(try file.read(4096, at: 0) == Array(bytes(9, 4096)))
    #expect(inode.decayed == [1, 2])
  }

  @Test("a lie is forgiven by the next honest sync, and found out by a loss of power")
  func lies() throws {
    for isHonestInTime in [true, false] {
      let disk = SimulatedDisk(Tear(percent: 100, isFine: false))
      let file = try disk.create("a")
      try file.write(bytes(1, 4096), at: 0)
      try file.sync()
      try disk.syncDirectory("")
      disk.lies = true
      try file.write(bytes(2, 4096), at: 0)
      try file.sync()
      #expect(disk.isLiedAbout)
      disk.lies = false
      if isHonestInTime { try file.sync() }
      #expect(disk.isLiedAbout != isHonestInTime)
      var forgotten = 0
      for seed in 0..<20 as Range<UInt64> where !isHonestInTime || seed == 0 {
        var dice = Dice(seed: seed)
        disk.revive(afterPowerLoss: &dice)
        if try content(disk, "a") != Array(bytes(2, 4096)) { forgotten += 1 }
        try file.write(bytes(1, 4096), at: 0)
        try file.sync()
        disk.lies = true
        try file.write(bytes(2, 4096), at: 0)
        try file.sync()
        disk.lies = false
      }
      #expect((forgotten == 0) == isHonestInTime)
    }
  }

  @Test("a failing write fails once, and says so")
  func failingWrite() throws {
    let disk = SimulatedDisk()
    let file = try disk.create("a")
    disk.failsNextWrite = true
    #expect(throws: FileFault.self) { try file.write(bytes(1, 10), at: 0) }
    try file.write(bytes(1, 10), at: 0)
    #expect(disk.counts[.writeError] == 1)
  }
}
