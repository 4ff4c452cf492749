import BinaryCodec
import PeerProtocol
import RaftTypes
import Testing

@Suite("Frames of repair")
struct RepairFrameTests {
  private func position(_ index: UInt64) -> LogPosition {
    LogPosition(term: Term(1), index: LogIndex(index))
  }

  private func entry(_ index: UInt64) -> Entry {
    Entry(position: position(index), logTime: .zero, payload: .snapshotMark)
  }

  @Test("positions and entries that repeat or fall are refused: each slot is filled once")
  func disorder() {
    for message: Message in [
      .repairRequest(RepairRequest(wanted: [position(2), position(2)])),
      .repairRequest(RepairRequest(wanted: [position(2), position(1)])),
      .repairReply(RepairReply(entries: [], absent: [position(2), position(1)])),
      .repairReply(RepairReply(entries: [entry(2), entry(2)], absent: [])),
      .repairReply(RepairReply(entries: [entry(2), entry(1)], absent: [])),
    ] {
      #expect(throws: PeerFault.self) { try decoded(encoded([raft(message)])[...]) }
    }
  }

  @Test("as many positions as one question may have arrive, and one more is refused")
  func limit() throws {
    let most = (1...UInt64(RepairRequest.most)).map(position)
    let fits = raft(.repairRequest(RepairRequest(wanted: most)))
    #expect(try decoded(encoded([fits])[...]) == [fits])
    let more = most + [position(UInt64(most.count) + 1)]
    #expect(throws: PeerFault.self) {
      try decoded(encoded([raft(.repairRequest(RepairRequest(wanted: more)))])[...])
    }
  }
}
