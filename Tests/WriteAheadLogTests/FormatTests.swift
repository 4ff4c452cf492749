import BinaryCodec
import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("A directory is formatted once")
struct FormatTests {
  @Test("an empty directory is unformatted, and looking does not change it")
  func unformatted() throws {
    let disk = CrashableDisk()
    guard case .unformatted = try WriteAheadLog.open(disk, renewal: Sample.renewal) else {
      Issue.record("an empty directory has an identity")
      return
    }
    #expect(disk.steps == 0)
  }

  @Test("a formatted directory holds the genesis, a blank ballot and its identity")
  func genesis() throws {
    let recovery = try Sample.recover(Sample.formatted())
    #expect(recovery.slots == [.entry(Sample.genesis)])
    #expect(recovery.ballot == .blank)
    #expect(recovery.identity == Sample.identity)
  }

  @Test("a node that joins is formatted without a genesis and starts with an empty log")
  func joining() throws {
    let disk = CrashableDisk()
    try WriteAheadLog.format(disk, Sample.identity, genesis: nil, Sample.options)
    let (log, recovery) = try Sample.open(disk)
    #expect(recovery.slots.isEmpty && log.last == .origin)
    try log.append([Sample.genesis])
    try log.sync()
    #expect(try Sample.recover(disk).entries == [Sample.genesis])
  }

  @Test("a node that joins keeps what lies beside its data")
  func beside() throws {
    let disk = CrashableDisk()
    disk.setBytes("node.yaml", [1])
    try WriteAheadLog.format(disk, Sample.identity, genesis: nil, Sample.options)
    _ = try Sample.open(disk)
    #expect(try disk.list("").contains("node.yaml"))
  }

  @Test("pitfall 69: a directory that holds data is never formatted again")
  func twice() throws {
    let disk = try Sample.formatted()
    #expect(
      throws: LogFault.alreadyFormatted(found: ["ballot", "identity", "snapshots", "wal"])
    ) {
      try WriteAheadLog.format(disk, Sample.identity, genesis: Sample.genesis, Sample.options)
    }
    #expect(
      throws: LogFault.alreadyFormatted(found: ["ballot", "identity", "snapshots", "wal"])
    ) {
      try WriteAheadLog.format(disk, Sample.identity, genesis: nil, Sample.options)
    }
    let foreign = CrashableDisk()
    foreign.setBytes("notes.txt", [1])
    #expect(throws: LogFault.alreadyFormatted(found: ["notes.txt"])) {
      try WriteAheadLog.format(foreign, Sample.identity, genesis: Sample.genesis, Sample.options)
    }
  }

  @Test("a crash while formatting leaves a directory that is formatted or can be")
  func crashes() throws {
    let whole = try Sample.formatted().steps
    for step in 1...whole {
      for seed in UInt64(1)...20 {
        let disk = CrashableDisk()
        disk.crashStep = step
        try? WriteAheadLog.format(
          disk, Sample.identity, genesis: Sample.genesis, Sample.options)
        var dice = Dice(seed: seed)
        let found = disk.afterCrash(&dice)
        if case .unformatted = try WriteAheadLog.open(
          found, Sample.options, renewal: Sample.renewal)
        {
          try WriteAheadLog.format(
            found, Sample.identity, genesis: Sample.genesis, Sample.options)
        }
        #expect(try Sample.recover(found).slots == [.entry(Sample.genesis)], "step \(step)")
      }
    }
  }

  @Test("data without an identity is a loss and refused, not an empty directory")
  func orphans() throws {
    let disk = try Sample.formatted()
    try disk.remove("identity")
    #expect(
      throws: LogFault.damaged(
        Damage(
          path: "identity", offset: 0, finding: "the file is missing beside a node's data"))
    ) { _ = try Sample.open(disk) }
  }

  @Test("no flipped bit of the identity changes it; both copies rotten are refused")
  func identityRot() throws {
    let disk = try Sample.formatted()
    let bytes = disk.bytes("identity")
    for offset in bytes.indices where bytes[offset] != 0 || offset % 17 == 0 {
      let damaged = disk.copy()
      damaged.flip("identity", bit: offset * 8 + offset % 8)
      let recovery = try Sample.open(damaged).recovery
      #expect(recovery.identity == Sample.identity, "byte \(offset)")
      #expect(recovery.notes == [.copyRewritten(path: "identity", copy: offset / 4096)])
      #expect(damaged.bytes("identity") == bytes)
    }
    disk.rot("identity", sector: 0)
    disk.rot("identity", sector: 1)
    #expect(
      throws: LogFault.damaged(
        Damage(path: "identity", offset: 0, finding: "both copies are damaged"))
    ) { _ = try Sample.open(disk) }
  }

  @Test("a truncated identity is whole as long as one copy is")
  func identityTruncation() throws {
    let disk = try Sample.formatted()
    let bytes = disk.bytes("identity")
    for size in stride(from: 0, to: bytes.count, by: 11) {
      let damaged = disk.copy()
      damaged.setBytes("identity", Array(bytes[..<size]))
      if size < 4096 {
        #expect(throws: LogFault.self) { _ = try Sample.open(damaged) }
      } else {
        #expect(try Sample.open(damaged).recovery.identity == Sample.identity)
      }
    }
  }

  @Test("a directory of an older format is refused by its version, not read wrongly")
  func olderVersion() throws {
    let disk = try Sample.formatted()
    var bytes = disk.bytes("identity")
    for start in [0, 4096] {
      bytes[start + 4] = 1
      var writer = ByteWriter()
      writer.write(Checksum.crc32c(bytes[start..<start + 4092]))
      bytes.replaceSubrange(start + 4092..<start + 4096, with: writer.bytes)
    }
    disk.setBytes("identity", bytes)
    #expect(
      throws: LogFault.unsupportedVersion(path: "identity", found: 1, supported: 2)
    ) { _ = try Sample.open(disk) }
  }
}
