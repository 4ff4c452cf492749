import RaftTypes
import Testing
import WriteAheadLog

@testable import kvctl

@Suite("The cluster that a snapshot becomes")
struct RestorePlanTests {
  static let id = RestoreID(second: 0x6500_0000, chance: 7)
  static let snapshot = Survivors.snapshot(2, 9).descriptor
  static let text = "1=10.0.0.1:7380/10.0.0.1:7379,2=10.0.0.2:7380/10.0.0.2:7379"

  static func plan(
    _ snapshot: SnapshotDescriptor = snapshot, _ members: String = text, _ id: RestoreID = id,
    as identity: RestorePlan.Identity = .later(epoch: nil)
  ) throws -> RestorePlan {
    try RestorePlan(snapshot, MemberList(members), id, as: identity)
  }

  @Test("every machine works out the same cluster, whatever the order of the members")
  func deterministic() throws {
    let one = try Self.plan()
    let reversed = Self.text.split(separator: ",").reversed().joined(separator: ", ")
    #expect(try Self.plan(Self.snapshot, reversed) == one)
    #expect(one.descriptor.cluster == ClusterID(0xC1, epoch: 4))
    #expect(one.descriptor.position == Self.snapshot.position)
    #expect(one.descriptor.stateHash == Self.snapshot.stateHash)
    #expect(one.descriptor.membership.voters == [NodeID(1), NodeID(2)])
    let disks = [1, 2].compactMap { one.disk(of: $0)?.incarnation }
    #expect(Set(disks).count == 2 && one.disk(of: 3) == nil)
  }

  @Test("pitfall 3: whatever was not the same makes disks that refuse each other")
  func differences() throws {
    let one = try Self.plan()
    let others = [
      try Self.plan(Survivors.snapshot(2, 10).descriptor),
      try Self.plan(Self.snapshot, Self.text.replacing("10.0.0.2:7379", with: "10.0.0.2:7378")),
      try Self.plan(Self.snapshot, Self.text + ",3=a:1/a:2"),
      try Self.plan(Self.snapshot, Self.text, RestoreID(second: 0x6500_0000, chance: 8)),
      try Self.plan(as: .later(epoch: 9)), try Self.plan(as: .new),
    ]
    for other in others {
      for node in UInt64(1)...2 {
        #expect(one.disk(of: node)?.incarnation != other.disk(of: node)?.incarnation)
      }
    }
  }

  @Test("the epoch is later than the snapshot's, or the cluster is another one")
  func epochs() throws {
    #expect(try Self.plan(as: .later(epoch: 12)).descriptor.cluster.epoch == 12)
    for epoch in [UInt64(0), 2, 3] {
      #expect(throws: CommandFailure.self) { try Self.plan(as: .later(epoch: epoch)) }
    }
    let new = try Self.plan(as: .new).descriptor.cluster
    #expect(new.number != 0xC1 && new.epoch == 1)
  }

  @Test("members are read as they are written, and nothing else is")
  func members() throws {
    let list = try MemberList(" 2=[::1]:1/[::1]:2, 1=a:1/b:1")
    #expect(list.text == "1=a:1/b:1,2=[::1]:1/[::1]:2")
    for wrong in [
      "", "1", "1=a:1", "1=a:1/b", "0=a:1/b:1", "x=a:1/b:1", "1=a:1/b:1,", "1=a:1/a:1",
      "1=a:1/b:1,1=c:1/d:1", "1=a:1/b:1,2=a:1/d:1", "1=a:1/b:1/c:1",
    ] {
      let failure = #expect(throws: CommandFailure.self, "\(wrong)") { try MemberList(wrong) }
      #expect(failure?.status == .usage)
    }
  }

  @Test("a restore id is good for a day, on clocks that differ by less")
  func freshness() throws {
    let id = try #require(RestoreID(Self.id.text))
    #expect(id == Self.id && id.text == "65000000-00000007")
    for (seconds, isFresh) in [(0, true), (86_400, true), (86_401, false), (-3600, true)] {
      #expect(id.isFresh(at: UInt32(Int(id.second) + seconds)) == isFresh, "\(seconds)")
    }
    for wrong in ["", "65000000", "65000000-", "6500000-00000007", "65000000-0000000g", "-1-2"] {
      #expect(RestoreID(wrong) == nil, "\(wrong)")
    }
  }
}
