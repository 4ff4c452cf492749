import PosixStorage
import RaftTypes
import Testing
import WriteAheadLog

@Suite("The log on a real disk")
struct LogOnDiskTests {
  private let identity = DiskIdentity(
    cluster: ClusterID(1, epoch: 1), node: NodeID(1), incarnation: DiskIncarnation(1))
  private let options = LogOptions(segmentSize: 1 << 16, reserveSize: 1 << 16)

  private func entries(_ range: ClosedRange<UInt64>) -> [Entry] {
    range.map {
      Entry(
        position: LogPosition(term: Term(1), index: LogIndex($0)), logTime: .zero,
        payload: .command([UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 999)[...]))
    }
  }

  private func open(
    _ files: PosixFileSystem
  ) throws -> (WriteAheadLog<PosixFileSystem>, Recovery)? {
    guard
      case .opened(let log, let recovery) = try WriteAheadLog.open(
        files, options, renewal: DiskIncarnation(0xEE))
    else {
      return nil
    }
    return (log, recovery)
  }

  @Test("what was synced is there when the directory is opened again")
  func roundTrip() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      try WriteAheadLog.format(files, identity, genesis: nil, options)
      let (log, _) = try #require(try open(files))
      for first in stride(from: UInt64(1), through: 400, by: 10) {
        try log.append(entries(first...first + 9))
        try log.sync()
      }
      try log.saveBallot(Ballot(term: Term(4), vote: NodeID(2)))
      let (_, recovery) = try #require(try open(files))
      #expect(recovery.slots == entries(1...400).map(LogSlot.entry))
      #expect(recovery.ballot == Ballot(term: Term(4), vote: NodeID(2)))
      #expect(recovery.notes.isEmpty)
    }
  }

  @Test("an ordered spare is made on another thread and used")
  func spare() async throws {
    let root = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(root) }
    let files = PosixFileSystem(root: root)
    try WriteAheadLog.format(files, identity, genesis: nil, options)
    let (log, _) = try #require(try open(files))
    let order = try #require(log.orderSpare())
    let made = try await Task.detached {
      var made = 0
      try order.carryOut(on: files) { made += $0 }
      return made
    }.value
    #expect(made == options.segmentSize)
    log.ended(order, isDone: true)
    #expect(log.orderSpare() == nil)
    try log.append(entries(1...90))
    try log.sync()
    let (_, recovery) = try #require(try open(files))
    #expect(recovery.slots.count == 90)
  }

  @Test("a directory can be inspected through a read-only file system")
  func inspection() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      try WriteAheadLog.format(files, identity, genesis: nil, options)
      let (log, _) = try #require(try open(files))
      try log.append(entries(1...3))
      try log.sync()
      var trouble = 0
      var found = 0
      try LogInspection(PosixFileSystem(root: root, access: .readOnly)).run { finding in
        found += 1
        if finding.isTrouble { trouble += 1 }
      }
      #expect(found == 4 && trouble == 0)
    }
  }
}
