import BinaryCodec
import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Bodies that left memory")
struct RecallTests {
  /// A leader of three whose log is 1...6, all applied; only the newest body is in memory. Node 2
  /// has everything.
  private static func leader(recall bytes: Int = 1 << 20) throws -> Lone {
    var limits = Limits()
    limits.bodyBytes = 0
    limits.recallBytes = bytes
    var lone = Lone(settings: .lan.with(limits))
    try lone.leadInEarnest()
    try lone.finish(try lone.propose("a", "b", "c", "d"))
    try lone.accept(lone.node.log.last, from: n2)
    return lone
  }

  /// The log's entries as the disk has them: the tests know what was proposed.
  private static func entries(_ positions: [LogPosition]) -> [Entry] {
    positions.map {
      Entry(position: $0, logTime: .zero, payload: .command(Bytes("\($0.index)".utf8)))
    }
  }

  /// Node 3 turns out to have the first entry alone.
  private static func lag(_ lone: inout Lone) throws {
    try lone.accept(at(0, 1), from: n3)
  }

  private static func isOnDisk(_ lone: Lone, _ index: UInt64) -> Bool {
    if case .onDisk? = lone.node.log.slot(at: LogIndex(index)) { true } else { false }
  }

  @Test("they are applied and durable, and the newest applied one stays")
  func leave() throws {
    var limits = Limits()
    limits.bodyBytes = 0
    var lone = Lone(settings: .lan.with(limits))
    try lone.leadInEarnest()
    #expect((1...2).map { Self.isOnDisk(lone, $0) } == [true, false])
    let asked = try lone.propose("a", "b")
    try lone.accept(at(1, 4), from: n2)
    try lone.accept(at(1, 4), from: n3)
    // Chosen and applied by the word of the others, but not on this disk yet.
    #expect(lone.node.handedOut == LogIndex(4))
    #expect((1...4).map { Self.isOnDisk(lone, $0) } == [true, true, false, false])
    try lone.finish(asked)
    #expect((1...4).map { Self.isOnDisk(lone, $0) } == [true, true, true, false])
    #expect(lone.node.log.term(at: LogIndex(3)) == Term(1))
  }

  @Test("as many bytes as the limit says stay, and more of what is not applied")
  func bound() throws {
    var limits = Limits()
    limits.bodyBytes = 2 * Lone.entry(1, 9).weight
    var lone = Lone(settings: .lan.with(limits))
    try lone.append(Lone.entries(1, 2...9), after: at(0, 1), commit: 6, term: 1)
    try lone.finish(lone.effects)
    try lone.wait(.milliseconds(1))
    // Three are not applied, and weigh more than the limit; the newest applied one stays with them.
    #expect((1...9).map { Self.isOnDisk(lone, $0) } == (1...9).map { $0 < 6 })
    try lone.append([], after: at(1, 9), commit: 9, term: 1)
    try lone.wait(.milliseconds(1))
    #expect((1...9).map { Self.isOnDisk(lone, $0) } == (1...9).map { $0 < 8 })
    #expect(lone.node.log.bytesHeld <= limits.bodyBytes)
  }

  @Test("a follower that lacks them gets them from the disk, and nothing meanwhile")
  func replication() throws {
    var lone = try Self.leader()
    try Self.lag(&lone)
    let recall = try #require(lone.effects.recalls.first)
    #expect(recall == Recall(.replication(to: n3), (2...5).map { at(1, $0) }))
    try lone.wait(.milliseconds(1))
    #expect(lone.effects.recalls.isEmpty)
    #expect(!lone.effects.appends.contains { !$0.entries.isEmpty })
    let read = Self.entries(recall.positions)
    try lone.step(.recalled(recall, read))
    #expect(lone.effects.appends.map(\.previous) == [at(0, 1), at(1, 5)])
    #expect(lone.effects.appends.first?.entries == read)
    #expect(lone.effects.appends.last?.entries.map(\.position) == [at(1, 6)])
  }

  @Test("they are read piece by piece, each when the one before it has left")
  func pieces() throws {
    var lone = try Self.leader(recall: 1)
    try Self.lag(&lone)
    for index in 2...5 as ClosedRange<UInt64> {
      let recall = try #require(lone.effects.recalls.first)
      #expect(recall.positions == [at(1, index)])
      try lone.step(.recalled(recall, Self.entries(recall.positions)))
      #expect(lone.effects.appends.first?.entries.map(\.position) == [at(1, index)])
    }
    #expect(lone.effects.recalls.isEmpty)
  }

  @Test("a reading with a gap counts up to the gap")
  func gap() throws {
    var lone = try Self.leader()
    try Self.lag(&lone)
    let recall = try #require(lone.effects.recalls.first)
    try lone.step(.recalled(recall, Self.entries([at(1, 2), at(1, 4), at(1, 5)])))
    #expect(lone.effects.appends.map { $0.entries.map(\.position) } == [[at(1, 2)]])
    #expect(lone.effects.recalls.map(\.positions) == [(3...5).map { at(1, $0) }])
  }

  @Test("what cannot be read is replaced by a snapshot that covers it, taken without a mark")
  func lost() throws {
    var lone = try Self.leader()
    try Self.lag(&lone)
    let recall = try #require(lone.effects.recalls.first)
    try lone.step(.recalled(recall, []))
    #expect(lone.effects.snapshotWanted)
    #expect(lone.effects.snapshotSends.isEmpty)
    try lone.wait(.milliseconds(50))
    #expect(!lone.effects.snapshotWanted && lone.effects.recalls.isEmpty)
    let membership = try #require(lone.node.membership)
    try lone.step(.snapshotTaken(Self.snapshot(6, membership)))
    #expect(lone.effects.snapshotSends.map(\.to) == [n3])
  }

  @Test("no snapshot is wanted where the newest one covers what cannot be read")
  func covered() throws {
    var lone = try Self.leader()
    let membership = try #require(lone.node.membership)
    try lone.step(.snapshotTaken(Self.snapshot(6, membership)))
    try Self.lag(&lone)
    let recall = try #require(lone.effects.recalls.first)
    try lone.step(.recalled(recall, []))
    #expect(!lone.effects.snapshotWanted)
    #expect(lone.effects.snapshotSends.map(\.to) == [n3])
  }

  @Test("who needs a state besides is sent the one there is, and the disk is asked again")
  func needsState() throws {
    var lone = try Self.leader()
    let membership = try #require(lone.node.membership)
    try lone.step(.snapshotTaken(Self.snapshot(3, membership)))
    try lone.accept(at(1, 4), from: n3)
    let recall = try #require(lone.effects.recalls.first)
    try lone.step(.recalled(recall, []))
    #expect(lone.effects.snapshotWanted && lone.effects.snapshotSends.isEmpty)
    guard case .leader(let leadership) = lone.node.role else { throw Violation("no leader") }
    let reply = HeartbeatReply(
      round: leadership.rounds.newest, mark: nil, applied: .zero, needsState: true)
    try lone.receive(.heartbeatReply(reply), from: n3, term: 1)
    #expect(lone.effects.snapshotSends.map(\.snapshot.position) == [at(1, 3)])
    try lone.wait(.milliseconds(1))
    #expect(lone.effects.recalls.map(\.purpose) == [.replication(to: n3)])
  }

  @Test("a disk that failed once is asked again after a while")
  func again() throws {
    var lone = try Self.leader()
    try Self.lag(&lone)
    let recall = try #require(lone.effects.recalls.first)
    try lone.step(.recalled(recall, []))
    var asked: [Recall] = []
    for _ in 0..<14 {
      try lone.wait(.milliseconds(50))
      asked += lone.effects.recalls
      let round = lone.effects.heartbeats.first?.round ?? 0
      let reply = HeartbeatReply(round: round, mark: nil, applied: .zero)
      try lone.receive(.heartbeatReply(reply), from: n2, term: 1)
      asked += lone.effects.recalls
    }
    #expect(asked == [recall])
  }

  @Test("an answer that nobody waits for any more changes nothing")
  func late() throws {
    var lone = try Self.leader()
    try Self.lag(&lone)
    let recall = try #require(lone.effects.recalls.first)
    let other = Recall(.replication(to: n3), [at(1, 3)])
    try lone.step(.recalled(other, Self.entries([at(1, 3)])))
    #expect(!lone.effects.appends.contains { !$0.entries.isEmpty })
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), from: n2, term: 2)
    try lone.step(.recalled(recall, Self.entries(recall.positions)))
    #expect(lone.effects.everything.isEmpty)
  }

  @Test("pitfall 67: who asks for them is answered from the disk, and never told they are not here")
  func repair() throws {
    var lone = try Self.leader()
    // Nobody leads any more, and so this node could swear that it lacks something.
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), from: n2, term: 2)
    lone.now = lone.now + .seconds(2)
    let wanted = [at(1, 2), at(1, 4)]
    try lone.receive(.repairRequest(RepairRequest(wanted: wanted)), from: n3, term: 1)
    #expect(lone.effects.repairReplies.isEmpty)
    let recall = Recall(.repair(of: n3), wanted)
    #expect(lone.effects.recalls == [recall])
    try lone.step(.recalled(recall, Self.entries([at(1, 4)])))
    #expect(lone.effects.repairReplies.map(\.absent) == [[]])
    #expect(lone.effects.repairReplies.map { $0.entries.map(\.position) } == [[at(1, 4)]])
    try lone.step(.recalled(recall, []))
    #expect(lone.effects.repairReplies.isEmpty)
    // An entry of another term at that place is a different matter.
    try lone.receive(.repairRequest(RepairRequest(wanted: [at(0, 4)])), from: n3, term: 1)
    #expect(lone.effects.recalls.isEmpty)
  }

  @Test("one reading for the repair of a member is under way at a time")
  func repairOnce() throws {
    var lone = try Self.leader()
    let ask = Message.repairRequest(RepairRequest(wanted: [at(1, 2)]))
    try lone.receive(ask, from: n3, term: 1)
    let recall = try #require(lone.effects.recalls.first)
    try lone.receive(ask, from: n3, term: 1)
    #expect(lone.effects.recalls.isEmpty)
    try lone.receive(ask, from: n2, term: 1)
    #expect(lone.effects.recalls.map(\.purpose) == [.repair(of: n2)])
    try lone.step(.recalled(recall, []))
    try lone.receive(ask, from: n3, term: 1)
    #expect(lone.effects.recalls == [recall])
  }

  @Test("what rotted at rest is asked of who certainly has it, and written anew when it comes")
  func rotted() throws {
    var lone = try Self.leader()
    // Two records in one turn; of the second an entry is in memory, and one of another term.
    let inputs: [Input] = [.rotted([at(1, 3)]), .rotted([at(1, 5), at(1, 6), at(0, 4)])]
    lone.effects = lone.node.step(inputs, at: lone.now)
    #expect(lone.effects.repairRequests.map(\.wanted) == [[at(1, 3), at(1, 5)]])
    #expect(lone.effects.everything.map(\.to) == [n2])
    // As much as fits an answer; what comes unasked is nobody's.
    let brought = Self.entries([at(1, 3)])
    let answer = Message.repairReply(
      RepairReply(entries: brought + Self.entries([at(1, 4)]), absent: []))
    try lone.receive(answer, from: n2, term: 1)
    #expect(lone.effects.restored == brought)
    #expect(lone.effects.repairRequests.map(\.wanted) == [[at(1, 5)]])
    try lone.receive(answer, from: n2, term: 1)
    #expect(lone.effects.restored.isEmpty && lone.effects.repairRequests.isEmpty)
  }

  @Test("a follower asks its leader for what rotted, again after a while, and nobody else")
  func rottenFollower() throws {
    var lone = try Self.replaying(from: 6)
    try lone.step(.rotted([at(1, 4)]))
    #expect(lone.effects.everything.filter(\.isRepairRequest).map(\.to) == [n2])
    var asked = 0
    for _ in 0..<100 {
      lone.now = lone.now + .milliseconds(100)
      try lone.receive(.heartbeat(Heartbeat(round: 1, commit: LogIndex(6))), from: n2, term: 1)
      asked += lone.effects.repairRequests.count
    }
    #expect(asked == 1)
    // A snapshot covers it.
    let membership = try #require(lone.node.membership)
    try lone.step(.snapshotTaken(Self.snapshot(6, membership)))
    lone.now = lone.now + .seconds(60)
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: LogIndex(6))), from: n2, term: 1)
    #expect(lone.effects.repairRequests.isEmpty)
  }

  private static func snapshot(_ index: UInt64, _ membership: Membership) -> SnapshotDescriptor {
    SnapshotDescriptor(
      position: at(1, index), logTime: .zero, membership: membership,
      cluster: ClusterID(7, epoch: 1), stateHash: 0)
  }

  /// A follower whose state was wrong, and that got the leader's of `index`; 2...5 had left its
  /// memory.
  private static func replaying(
    from index: UInt64 = 3, _ change: (inout Limits) -> Void = { _ in }
  ) throws -> Lone {
    var limits = Limits()
    change(&limits)
    limits.bodyBytes = 0
    limits.tailBytes = 0
    var lone = Lone(settings: .lan.with(limits))
    try lone.append(Lone.entries(1, 2...6), after: at(0, 1), commit: 6, term: 1)
    try lone.finish(lone.effects)
    guard index < 6 else { return lone }
    try lone.step(.applied(LogIndex(6), mark: StateMark(index: LogIndex(6), hash: 1)))
    lone.node.compare(with: StateMark(index: LogIndex(6), hash: 2))
    #expect(!lone.node.stateIsSound)
    let membership = try #require(lone.node.membership)
    try lone.step(.snapshotReceived(Self.snapshot(index, membership)))
    return lone
  }

  @Test("a state that was replaced by an older one replays them from the disk, then from memory")
  func application() throws {
    var lone = try Self.replaying()
    let recall = try #require(lone.effects.recalls.first)
    #expect(recall == Recall(.application, [at(1, 4), at(1, 5)]))
    #expect(lone.effects.committed.isEmpty)
    try lone.wait(.milliseconds(1))
    #expect(lone.effects.recalls.isEmpty && lone.effects.committed.isEmpty)
    try lone.step(.recalled(recall, Lone.entries(1, 4...5)))
    #expect(lone.effects.committed == Lone.entries(1, 4...6))
    try lone.step(.recalled(recall, Lone.entries(1, 4...5)))
    #expect(lone.effects.committed.isEmpty)
  }

  @Test("the step that hands out what was read asks for what follows it")
  func severalRecalls() throws {
    var lone = try Self.replaying { $0.recallEntries = 1 }
    let first = try #require(lone.effects.recalls.first)
    #expect(first.positions == [at(1, 4)])
    try lone.step(.recalled(first, Lone.entries(1, 4...4)))
    #expect(lone.effects.committed == Lone.entries(1, 4...4))
    let second = try #require(lone.effects.recalls.first)
    #expect(second.positions == [at(1, 5)])
    try lone.step(.recalled(second, Lone.entries(1, 5...5)))
    #expect(lone.effects.committed == Lone.entries(1, 5...6) && lone.effects.recalls.isEmpty)
  }

  @Test("a newer state that comes in the same turn makes what was read for the older one void")
  func overtaken() throws {
    var lone = try Self.replaying()
    let recall = try #require(lone.effects.recalls.first)
    let membership = try #require(lone.node.membership)
    let inputs: [Input] = [
      .recalled(recall, Lone.entries(1, 4...5)), .snapshotReceived(Self.snapshot(9, membership)),
    ]
    lone.effects = lone.node.step(inputs, at: lone.now)
    #expect(lone.effects.install?.position == at(1, 9))
    #expect(lone.effects.committed.isEmpty)
  }

  @Test("what is to be applied and cannot be read comes from the leader, by way of the disk")
  func unreadable() throws {
    var lone = try Self.replaying()
    let recall = try #require(lone.effects.recalls.first)
    try lone.step(.recalled(recall, Lone.entries(1, 5...5)))
    #expect(lone.node.stateIsSound && lone.effects.committed.isEmpty)
    #expect(lone.effects.repairRequests.map(\.wanted) == [[at(1, 4), at(1, 5)]])
    let reply = RepairReply(entries: Lone.entries(1, 4...5), absent: [])
    try lone.receive(.repairReply(reply), from: n2, term: 1)
    #expect(lone.effects.restored == Lone.entries(1, 4...5))
    lone.now = lone.now + .seconds(1)
    try lone.receive(.heartbeat(Heartbeat(round: 3, commit: LogIndex(6))), from: n2, term: 1)
    #expect(lone.effects.recalls == [recall])
    try lone.step(.recalled(recall, Lone.entries(1, 4...5)))
    #expect(lone.effects.committed == Lone.entries(1, 4...6))
  }
}

extension Envelope {
  fileprivate var isRepairRequest: Bool {
    if case .repairRequest = message { true } else { false }
  }
}
