import Testing

@testable import Histories

@Suite("Operations and their outcomes")
struct PairingTests {
  @Test("each completion gives its invocation an outcome")
  func outcomes() {
    var recorder = HistoryRecorder()
    recorder.invoke(.client(0), "write", key: .text("x"), .integer(4), at: 10)
    recorder.invoke(.client(1), "read", key: .text("x"), at: 11)
    recorder.invoke(.client(2), "write", key: .text("x"), .integer(5), at: 12)
    recorder.complete(.client(1), .ok, .integer(4), at: 13)
    recorder.complete(.client(2), .failed, at: 14, error: "refused")
    recorder.complete(.client(0), .unknown, at: 15, error: "timed-out")
    let operations = recorder.history.operations
    #expect(operations.map(\.outcome) == [.unknown, .ok, .failed])
    #expect(operations.map(\.invoked) == [0, 1, 2])
    #expect(operations.map(\.completed) == [nil, 3, 4])
    #expect(operations.map(\.result) == [.null, .integer(4), .null])
    #expect(operations.map(\.error) == ["timed-out", nil, "refused"])
    #expect(operations.map(\.completedAt) == [15, 13, 14])
  }

  @Test("what is open at the end is unknown")
  func openAtTheEnd() {
    var recorder = HistoryRecorder()
    recorder.invoke(.client(0), "read")
    #expect(recorder.history.operations.map(\.outcome) == [.unknown])
  }

  @Test("the nemesis takes a position and is no operation")
  func nemesis() {
    var recorder = HistoryRecorder()
    recorder.note("kill", .text("n1"))
    recorder.invoke(.client(0), "read")
    recorder.note("heal")
    recorder.complete(.client(0), .ok, .null)
    let history = recorder.history
    #expect(history.eventCount == 4)
    #expect(history.operations.map(\.invoked) == [1])
    #expect(history.operations.map(\.completed) == [3])
  }

  @Test("a process may go on after an unknown outcome, which stays unknown")
  func goesOn() {
    var recorder = HistoryRecorder()
    recorder.invoke(.client(0), "write", .integer(1))
    recorder.complete(.client(0), .unknown)
    recorder.invoke(.client(0), "write", .integer(2))
    recorder.complete(.client(0), .ok)
    #expect(recorder.history.operations.map(\.outcome) == [.unknown, .ok])
  }

  @Test("an operation precedes another only when it completed before the other began")
  func precedence() {
    var recorder = HistoryRecorder()
    recorder.invoke(.client(0), "read")
    recorder.invoke(.client(1), "read")
    recorder.complete(.client(0), .ok)
    recorder.invoke(.client(2), "read")
    let operations = recorder.history.operations
    #expect(operations[0].precedes(operations[2]))
    #expect(!operations[0].precedes(operations[1]))
    #expect(!operations[1].precedes(operations[2]))
  }

  @Test("a recording reads back as the same operations", arguments: HistoryFormat.allCases)
  func recordingReadsBack(format: HistoryFormat) throws {
    var recorder = HistoryRecorder()
    recorder.invoke(.client(0), "cas", .list([.integer(1), .integer(2)]))
    recorder.note("partition", .text("n1"))
    recorder.complete(.client(0), .unknown, .null, error: "timed-out")
    recorder.invoke(.client(4), "read")
    recorder.complete(.client(4), .ok, .integer(2))
    let bytes = try HistoryWriter(format: format).bytes(of: recorder.events)
    #expect(try History(reading: bytes).operations == recorder.history.operations)
  }
}
