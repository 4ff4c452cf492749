import Determinism
import PeerProtocol
import RaftCore
import RaftTypes
import Replica
import Testing

@Suite("Repair of a damaged snapshot, from whoever has it")
struct SnapshotRepairTests {
  private static let position = LogPosition(term: Term(3), index: LogIndex(40))
  private var trio = Trio()

  private func requests(_ effects: ReplicaEffects) -> [(to: NodeID, offset: UInt64)] {
    effects.frames.compactMap { outbound in
      guard case .pieceRequest(let request) = outbound.frame,
        request.position == Self.position
      else { return nil }
      return (outbound.to, request.offset)
    }
  }

  private func mends(_ effects: ReplicaEffects) -> [SnapshotPiece?] {
    effects.snapshots.compactMap { job -> SnapshotPiece?? in
      guard case .mend(Self.position, let piece) = job else { return nil }
      return .some(piece)
    }
  }

  private func piece(_ offset: UInt64, _ bytes: [UInt8] = [1, 2, 3]) -> PeerFrame {
    .pieceReply(SnapshotPiece(position: Self.position, offset: offset, bytes: bytes[...]))
  }

  private mutating func turn(_ input: ReplicaInput) -> ReplicaEffects { trio.turn(1, [input]) }

  /// Lets so much time pass that whoever was asked has not answered in time.
  private mutating func wait() -> ReplicaEffects {
    trio.now = trio.now + trio[1].replica.settings.consensus.electionMost
    return turn(.timePassed)
  }

  @Test("the file is walked through first, and what is missing is asked for")
  mutating func asks() throws {
    #expect(mends(turn(.snapshotDamaged(Self.position))) == [nil])
    #expect(mends(turn(.mending(Self.position, .going))) == [nil])
    let asked = requests(turn(.mending(Self.position, .missing(offset: 500))))
    #expect(asked.map(\.offset) == [500] && asked.map(\.to) == [NodeID(2)])
  }

  @Test("a piece goes to the file; one that does not fit makes the next node be asked")
  mutating func nextNode() throws {
    _ = turn(.snapshotDamaged(Self.position))
    _ = turn(.mending(Self.position, .missing(offset: 500)))
    let tried = mends(turn(.frame(piece(500), from: NodeID(2))))
    #expect(tried == [SnapshotPiece(position: Self.position, offset: 500, bytes: [1, 2, 3])])
    let again = requests(turn(.mending(Self.position, .missing(offset: 500))))
    #expect(again.map(\.to) == [NodeID(3)] && again.map(\.offset) == [500])
    // Node 3's piece fitted: it is asked first for what is missing next.
    _ = turn(.frame(piece(500), from: NodeID(3)))
    let next = requests(turn(.mending(Self.position, .missing(offset: 900))))
    #expect(next.map(\.to) == [NodeID(3)] && next.map(\.offset) == [900])
  }

  @Test("who has nothing, and who stays silent, is passed over; after all of them it begins anew")
  mutating func passedOver() throws {
    _ = turn(.snapshotDamaged(Self.position))
    _ = turn(.mending(Self.position, .missing(offset: 500)))
    #expect(requests(turn(.frame(piece(500, []), from: NodeID(2)))).map(\.to) == [NodeID(3)])
    #expect(requests(wait()).isEmpty)
    var restarted: [SnapshotPiece?] = []
    for _ in 0..<5 { restarted += mends(wait()) }
    #expect(restarted == [nil])
    #expect(
      requests(turn(.mending(Self.position, .missing(offset: 500)))).map(\.to) == [NodeID(2)])
  }

  @Test("answers that nobody waits for are not tried")
  mutating func strayAnswers() throws {
    _ = turn(.frame(piece(500), from: NodeID(2)))
    _ = turn(.snapshotDamaged(Self.position))
    _ = turn(.mending(Self.position, .missing(offset: 500)))
    #expect(mends(turn(.frame(piece(400), from: NodeID(2)))).isEmpty)
    #expect(mends(turn(.frame(piece(500), from: NodeID(3)))).isEmpty)
    #expect(mends(turn(.frame(piece(500), from: NodeID(2)))).count == 1)
    #expect(mends(turn(.frame(piece(500), from: NodeID(2)))).isEmpty)
  }

  @Test("a whole file ends the repair, a newer snapshot does too, and neither is taken up again")
  mutating func ends() throws {
    _ = turn(.snapshotDamaged(Self.position))
    let events = turn(.mending(Self.position, .whole)).events
    #expect(events.contains(.mendedSnapshot(Self.position, pieces: 0)))
    #expect(requests(turn(.mending(Self.position, .missing(offset: 500)))).isEmpty)
  }

  @Test("a node gives pieces of its file to whoever asks")
  mutating func gives() throws {
    let request = PieceRequest(position: Self.position, offset: 7)
    let jobs = turn(.frame(.pieceRequest(request), from: NodeID(3))).snapshots
    guard case .readPiece(request, for: NodeID(3))? = jobs.first else {
      Issue.record("\(jobs)")
      return
    }
    let read = SnapshotPiece(position: Self.position, offset: 7, bytes: [9])
    let frames = turn(.pieceRead(read, to: NodeID(3))).frames
    #expect(frames.contains(Outbound(to: NodeID(3), frame: .pieceReply(read))))
  }

  @Test("a damage that is found again while it is mended begins nothing new")
  mutating func foundAgain() throws {
    _ = turn(.snapshotDamaged(Self.position))
    #expect(mends(turn(.snapshotDamaged(Self.position))).isEmpty)
    // When the file cannot be worked on, it rests and tries again.
    _ = turn(.mending(Self.position, .stuck))
    var restarted: [SnapshotPiece?] = []
    for _ in 0..<9 { restarted += mends(wait()) }
    #expect(restarted == [nil])
  }
}
