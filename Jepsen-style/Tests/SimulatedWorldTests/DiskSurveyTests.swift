import Determinism
import Faults
import RaftTypes
import Testing
import WriteAheadLog

@testable import SimulatedWorld

@Suite("What a disk could still give back")
struct DiskSurveyTests {
  private let members = Membership(voters: [
    Member(
      id: NodeID(1), incarnation: DiskIncarnation(1), peerAddress: "a:1", clientAddress: "a:2")
  ])
  private let cluster = ClusterID(7, epoch: 1)

  private func position(_ index: UInt64) -> LogPosition {
    LogPosition(term: index == 1 ? .zero : Term(1), index: LogIndex(index))
  }

  // A log of the genesis entry and nine more, each with a sync of its own.
  private func disk() throws -> SimulatedDisk {
    let disk = SimulatedDisk(Tear(), remembers: true)
    let genesis = Entry(
      position: position(1), logTime: .zero, payload: .genesis(cluster, members))
    let options = LogOptions(segmentSize: 128 << 10, reserveSize: 0)
    try WriteAheadLog.format(
      disk,
      DiskIdentity(cluster: cluster, node: NodeID(1), incarnation: DiskIncarnation(1)),
      genesis: genesis, options)
    guard
      case .opened(let log, _) = try WriteAheadLog.open(
        disk, options, renewal: DiskIncarnation(2))
    else { throw FileFault.notFound(path: "") }
    for index in 2...10 as ClosedRange<UInt64> {
      try log.append([
        Entry(position: position(index), logTime: .zero, payload: .termStart(claim: []))
      ])
      _ = try log.sync()
    }
    return disk
  }

  @Test("a whole log holds all its entries and knows the members")
  func whole() throws {
    let survey = DiskSurvey(try disk())
    #expect(survey.soundPositions == (1...10).map { position($0) })
    #expect(survey.knowsMembers)
    #expect(!survey.holds(position(11)))
    #expect(!survey.holds(LogPosition(term: Term(9), index: LogIndex(3))))
  }

  @Test("a record whose sector rots is missed, and no other")
  func rotten() throws {
    let disk = try disk()
    let record = try #require(
      DiskSurvey(disk).records.first { $0.positions.contains(position(5)) })
    let inode = try #require(disk.inode(record.path))
    var dice = Dice(seed: 3)
    // Enough flips to meet the few bytes of the body.
    for _ in 0..<4000 { _ = inode.decay(record.head, .rot, from: 0, &dice) }
    let survey = DiskSurvey(disk)
    #expect(survey.misses(LogIndex(5)) && !survey.holds(position(5)))
    #expect(survey.holds(position(4)) && survey.holds(position(6)))
    #expect(survey.knowsMembers)
  }

  @Test("looking at a dead machine's disk neither needs nor changes its life")
  func dead() throws {
    let disk = try disk()
    disk.die()
    #expect(DiskSurvey(disk).soundPositions.count == 10)
    #expect(disk.isDown)
  }
}
