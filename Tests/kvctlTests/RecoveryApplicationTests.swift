import BinaryCodec
import ClientProtocol
import Determinism
import KeyValueStore
import PosixStorage
import RaftTypes
import Testing
import WriteAheadLog

@testable import kvctl

@Suite("Applying a plan to real directories")
struct RecoveryApplicationTests {
  static func application(
    _ area: DisasterArea, _ nodes: [UInt64], keeping kept: [UInt64]? = nil
  ) throws -> RecoveryApplication {
    let plan = try RecoveryPlan(area.copies(nodes))
    var application = try RecoveryApplication(plan, RecoveredState(plan), keeping: kept)
    application.options = DisasterArea.options
    return application
  }

  @Test("helically damaged, with one good copy of each entry, nothing is lost")
  func helical() throws {
    let area = try DisasterArea(nodes: [1, 2, 3, 4, 5])
    for node in UInt64(1)...2 { try area.write(node, through: 20) }
    for index in UInt64(2)...20 { try area.spoil(index % 2 + 1, index) }
    let plan = try RecoveryPlan(area.copies([1, 2]))
    #expect(plan.hole == nil && plan.kept == Survivors.position(1, 20))
    #expect(!plan.fills.isEmpty)
    let store = try RecoveredState(plan).store
    for index in UInt64(2)...20 {
      let found = try store.read(RangeQuery(range: .key(Bytes("k\(index)".utf8))))
      #expect(found.items.map(\.value) == [Bytes("v\(index)".utf8)], "k\(index)")
    }
    #expect(store.appliedIndex == LogIndex(20))
  }

  @Test("a plan changes nothing, whatever it reads")
  func planIsReadOnly() throws {
    let area = try DisasterArea(nodes: [1, 2, 3])
    try area.write(1, through: 9)
    try area.spoil(1, 4)
    let before = try area.fingerprint(1)
    _ = try RecoveredState(try RecoveryPlan(area.copies([1])))
    #expect(try area.fingerprint(1) == before)
  }

  @Test("all survivors get one state and one membership, in the next epoch, on new disks")
  func applied() throws {
    let area = try DisasterArea(nodes: [1, 2, 3, 4, 5])
    try area.write(1, through: 30)
    try area.write(2, through: 12)
    let application = try Self.application(area, [1, 2])
    try application.run()
    let (one, two) = (try area.recovery(1), try area.recovery(2))
    #expect(one.snapshot?.descriptor == two.snapshot?.descriptor)
    let descriptor = try #require(one.snapshot?.descriptor)
    #expect(descriptor.cluster == ClusterID(Survivors.cluster.number, epoch: 4))
    #expect(descriptor.position == Survivors.position(1, 30))
    #expect(descriptor.stateHash == application.state.store.stateHash)
    #expect(descriptor.membership.voters == [NodeID(1), NodeID(2)])
    for (recovery, node) in [(one, UInt64(1)), (two, 2)] {
      #expect(recovery.slots.isEmpty && recovery.ballot == .blank)
      let member = try #require(descriptor.membership.members[NodeID(node)])
      #expect(member.incarnation == recovery.identity.incarnation)
      #expect(member.incarnation != area.identity(node).incarnation)
      #expect(member.clientAddress == "h\(node):2")
    }
    let source = try SnapshotSource(area.directory(2) + "/" + (two.snapshot?.path ?? ""))
    #expect(try source.load().stateHash == descriptor.stateHash)
  }

  @Test("--keep-node leaves the directories of the others as they are")
  func keeping() throws {
    let area = try DisasterArea(nodes: [1, 2, 3])
    try area.write(1, through: 9)
    let before = try area.fingerprint(1)
    try Self.application(area, [1, 2], keeping: [2]).run()
    #expect(try area.fingerprint(1) == before)
    #expect(try area.recovery(2).snapshot?.descriptor.position == Survivors.position(1, 9))
    #expect(throws: CommandFailure.self) { try Self.application(area, [1], keeping: [3]) }
  }

  @Test("interrupted between two survivors it is finished as it was decided")
  func interrupted() throws {
    let area = try DisasterArea(nodes: [1, 2, 3, 4, 5])
    try area.write(1, through: 9)
    let application = try Self.application(area, [1, 2])
    try application.prepare()
    try RecoveryApplication.finish(area.directory(1))
    let places = try [1, 2].map { try PreparedEpoch.Place(reading: area.directory($0)) }
    #expect(places.map(\.cluster?.epoch) == [4, 3])
    #expect(try PreparedEpoch.judge(places) == .finish([area.directory(2)]))
    try RecoveryApplication.finish(area.directory(2))
    #expect(
      try area.recovery(1).snapshot?.descriptor == area.recovery(2).snapshot?.descriptor)
  }

  @Test("interrupted before the first exchange it begins anew, with the old data in its place")
  func begunAnew() throws {
    let area = try DisasterArea(nodes: [1, 2, 3, 4, 5])
    try area.write(1, through: 9)
    let first = try Self.application(area, [1, 2])
    try first.prepare(first.survivors[0], first.descriptor())
    let places = try [1, 2].map { try PreparedEpoch.Place(reading: area.directory($0)) }
    #expect(try PreparedEpoch.judge(places) == .anew)
    #expect(try area.copies([1])[0].last == Survivors.position(1, 9))
    try Self.application(area, [1, 2]).run()
    #expect(
      try area.recovery(1).snapshot?.descriptor == area.recovery(2).snapshot?.descriptor)
  }

  @Test("a second recovery does not overwrite what the first put aside")
  func twice() throws {
    let area = try DisasterArea(nodes: [1, 2, 3])
    try area.write(1, through: 9)
    try Self.application(area, [1]).run()
    try Self.application(area, [1]).run()
    #expect(try area.recovery(1).identity.cluster.epoch == 5)
    let names = try area.files(1).list("")
    #expect(names.contains("before-epoch-4") && names.contains("before-epoch-5"))
  }
}

extension DisasterArea {
  /// Every file's name and bytes.
  fileprivate func fingerprint(_ node: UInt64) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    let files = files(node)
    for folder in ["", "wal", "snapshots"] {
      for name in try files.list(folder) where !["wal", "snapshots"].contains(name) {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        let file = try files.open(path)
        found[path] = try file.read(file.size(), at: 0)
      }
    }
    return found
  }
}
