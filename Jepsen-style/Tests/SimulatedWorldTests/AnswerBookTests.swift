import BinaryCodec
import ClientProtocol
import RaftTypes
import Testing

@testable import SimulatedWorld

@Suite("Answers are held against a store that is obviously right")
struct AnswerBookTests {
  private static let key = Bytes("x1".utf8)

  private var book = AnswerBook()
  private var index: UInt64 = 0

  private mutating func choose(_ operation: Command.Operation, stamp: SessionStamp? = nil) -> Bytes
  {
    index += 1
    let bytes = Command(operation, stamp: stamp).encoded()[...]
    book.chosen(
      Entry(
        position: LogPosition(term: Term(1), index: LogIndex(index)),
        logTime: LogTime(milliseconds: index), payload: .command(bytes)))
    return bytes
  }

  private var now: ReplyStamp {
    ReplyStamp(node: NodeID(1), term: Term(1), index: LogIndex(index), revision: Revision(1))
  }

  private func put(_ text: String) -> Command.Operation {
    .put(Put(key: Self.key, value: Bytes(text.utf8), wantsPrevious: true))
  }

  private func found(_ text: String, created: UInt64, written: UInt64, times: UInt64) -> KeyValue {
    KeyValue(
      key: Self.key, value: Bytes(text.utf8), createRevision: Revision(created),
      modRevision: Revision(written), version: times, lease: nil)
  }

  @Test("a write's own answer is right, another one is not")
  mutating func writes() throws {
    _ = choose(put("a"))
    let second = choose(put("b"))
    let old = found("a", created: 2, written: 2, times: 1)
    let (book, now) = (book, now)
    try book.check(
      second, CommandResult(revision: Revision(3), outcome: .put(previous: old)), now)
    #expect(throws: Violation.self) {
      try book.check(
        second, CommandResult(revision: Revision(2), outcome: .put(previous: old)), now)
    }
    #expect(throws: Violation.self) {
      try book.check(
        second, CommandResult(revision: Revision(3), outcome: .put(previous: nil)), now)
    }
  }

  @Test("a command that was never chosen has no answer")
  func unchosen() {
    #expect(throws: Violation.self) {
      try book.check(
        Command(put("a")).encoded()[...],
        CommandResult(revision: Revision(2), outcome: .put(previous: nil)), now)
    }
  }

  @Test("a read finds what its revision had, deletions included")
  mutating func reads() throws {
    _ = choose(put("a"))
    _ = choose(.delete(Delete(range: .key(Self.key))))
    let query = RangeQuery(range: .all, revision: Revision(2))
    let there = RangeResult(
      items: [found("a", created: 2, written: 2, times: 1)], count: 1, more: false,
      readRevision: Revision(2))
    let gone = RangeResult(items: [], count: 0, more: false, readRevision: Revision(3))
    let (book, now) = (book, now)
    try book.check(query, there, now)
    try book.check(RangeQuery(range: .all), gone, now)
    #expect(throws: Violation.self) { try book.check(RangeQuery(range: .all), there, now) }
  }

  @Test("only what was compacted may be forgotten")
  mutating func compaction() throws {
    _ = choose(put("a"))
    _ = choose(put("b"))
    _ = choose(.compact(Revision(3)))
    let (old, kept) = (
      RangeQuery(range: .all, revision: Revision(2)), RangeQuery(range: .all, revision: Revision(3))
    )
    let (book, now) = (book, now)
    try book.checkForgotten(old, now)
    #expect(throws: Violation.self) { try book.checkForgotten(kept, now) }
  }

  @Test("a stamped write that is chosen twice is done once")
  mutating func sessions() throws {
    _ = choose(.session(.open(timeToLive: 1000)))
    let stamp = SessionStamp(session: 1, sequence: 1)
    let once = CommandResult(revision: Revision(2), outcome: .put(previous: nil))
    let bytes = choose(put("a"), stamp: stamp)
    _ = choose(put("a"), stamp: stamp)
    let (book, now) = (book, now)
    try book.check(bytes, once, now)
    let twice = CommandResult(
      revision: Revision(3),
      outcome: .put(previous: found("a", created: 2, written: 2, times: 1)))
    #expect(throws: Violation.self) { try book.check(bytes, twice, now) }
  }
}
