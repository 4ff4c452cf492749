import RaftTypes
import Testing

@testable import kvctl

@Suite("An apply that was interrupted")
struct PreparedEpochTests {
  typealias Place = PreparedEpoch.Place

  static let old = Survivors.cluster
  static let next = ClusterID(old.number, epoch: old.epoch + 1)

  static func decision(_ ids: [UInt64], _ hash: UInt64 = 1) -> SnapshotDescriptor {
    SnapshotDescriptor(
      position: Survivors.position(1, 5), logTime: .zero,
      membership: Survivors.membership(ids), cluster: next, stateHash: hash)
  }

  static func place(
    _ node: UInt64, _ cluster: ClusterID?, _ prepared: SnapshotDescriptor? = nil
  ) -> Place {
    Place(directory: "n\(node)", node: NodeID(node), cluster: cluster, prepared: prepared)
  }

  @Test("without anything prepared it begins")
  func fresh() throws {
    #expect(
      try PreparedEpoch.judge([Self.place(1, Self.old), Self.place(2, Self.old)]) == .anew)
  }

  @Test("while one survivor has nothing prepared, nothing has changed and all begins anew")
  func unprepared() throws {
    let decision = Self.decision([1, 2])
    let places = [Self.place(1, Self.old, decision), Self.place(2, Self.old)]
    #expect(try PreparedEpoch.judge(places) == .anew)
  }

  @Test("once all are prepared the decision stands and is finished")
  func prepared() throws {
    let decision = Self.decision([1, 2])
    let whole = Self.place(1, Self.old, decision)
    for second in [
      Self.place(2, Self.old, decision), Self.place(2, nil, decision),
    ] {
      #expect(try PreparedEpoch.judge([whole, second]) == .finish(["n1", "n2"]))
    }
    #expect(try PreparedEpoch.judge([whole, Self.place(2, Self.next)]) == .finish(["n1"]))
    let half = [Self.place(1, nil, decision)]
    #expect(try PreparedEpoch.judge(half) == .finish(["n1"]), "the other may be done and running")
  }

  @Test("a survivor alone, prepared and not begun, decides nothing")
  func oneOfTwo() {
    let failure = #expect(throws: CommandFailure.self) {
      try PreparedEpoch.judge([Self.place(1, Self.old, Self.decision([1, 2]))])
    }
    #expect(failure?.message.contains("for nodes 1, 2") == true)
  }

  @Test("directories of two recoveries, or of old and new without a decision, are refused")
  func contradictions() {
    #expect(throws: CommandFailure.self) {
      try PreparedEpoch.judge([
        Self.place(1, Self.old, Self.decision([1, 2], 1)),
        Self.place(2, Self.old, Self.decision([1, 2], 2)),
      ])
    }
    let failure = #expect(throws: CommandFailure.self) {
      try PreparedEpoch.judge([
        Self.place(1, nil, Self.decision([1, 2])), Self.place(2, Self.old),
      ])
    }
    #expect(failure?.message.contains("wipe the others") == true)
  }
}
