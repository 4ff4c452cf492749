import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import SimulatedWorld

@Suite("The oracle bites")
struct OracleTests {
  private let a = NodeID(1)
  private let b = NodeID(2)

  private func position(_ term: UInt64, _ index: UInt64) -> LogPosition {
    LogPosition(term: Term(term), index: LogIndex(index))
  }

  private func entry(_ term: UInt64, _ index: UInt64, value: UInt64 = 0) -> Entry {
    let put = Put(key: [1], value: Oracle.value(value)[...])
    return Entry(
      position: position(term, index), logTime: .zero,
      payload: .command(Command(.put(put)).encoded()[...]))
  }

  private func stamp(_ index: UInt64) -> ReplyStamp {
    ReplyStamp(node: a, term: Term(1), index: LogIndex(index), revision: Revision(1))
  }

  @Test("log matching: one position, one entry, one predecessor")
  func logMatching() throws {
    var oracle = Oracle()
    try oracle.saw([entry(1, 1, value: 5)], behind: .origin, in: a)
    try oracle.saw([entry(1, 1, value: 5)], behind: .origin, in: b)
    #expect(throws: Violation.self) {
      try oracle.saw([entry(1, 1, value: 6)], behind: .origin, in: b)
    }
    try oracle.saw([entry(2, 1)], behind: .origin, in: b)
    try oracle.saw([entry(2, 2)], behind: position(2, 1), in: b)
    #expect(throws: Violation.self) {
      try oracle.saw([entry(2, 2)], behind: position(1, 1), in: a)
    }
  }

  @Test("state-machine safety: an index is chosen once, and none is skipped")
  func chosenOnce() throws {
    var oracle = Oracle()
    try oracle.saw([entry(1, 1)], behind: .origin, in: a)
    try oracle.committed(position(1, 1), by: a, in: Term(9))
    try oracle.committed(position(1, 1), by: b, in: Term(9))
    #expect(throws: Violation.self) { try oracle.committed(position(2, 1), by: b, in: Term(9)) }
    #expect(throws: Violation.self) { try oracle.committed(position(1, 3), by: a, in: Term(9)) }
  }

  @Test("equal prefixes have equal states")
  func states() throws {
    var oracle = Oracle()
    try oracle.applied(LogIndex(4), hash: 9, by: a)
    try oracle.applied(LogIndex(4), hash: 9, by: b)
    #expect(throws: Violation.self) { try oracle.applied(LogIndex(4), hash: 8, by: b) }
  }

  @Test("a write that is in no chosen entry may not be acknowledged")
  func invented() throws {
    var oracle = Oracle()
    #expect(throws: Violation.self) { try oracle.acknowledged(5, stamp(0)) }
    try oracle.saw([entry(1, 1, value: 5)], behind: .origin, in: a)
    try oracle.committed(position(1, 1), by: a, in: Term(9))
    try oracle.acknowledged(5, stamp(1))
    #expect(oracle.acknowledged == LogIndex(1))
  }

  @Test("a write whose client heard not_applied may not be in a chosen entry, before or after")
  func refused() throws {
    var before = Oracle()
    try before.refused(5)
    try before.saw([entry(1, 1, value: 5)], behind: .origin, in: a)
    #expect(throws: Violation.self) { try before.committed(position(1, 1), by: a, in: Term(9)) }
    var after = Oracle()
    try after.saw([entry(1, 1, value: 5)], behind: .origin, in: a)
    try after.committed(position(1, 1), by: a, in: Term(9))
    #expect(throws: Violation.self) { try after.refused(5) }
  }

  @Test("nobody answers from a state that is not chosen yet")
  func future() throws {
    var oracle = Oracle()
    #expect(throws: Violation.self) { try oracle.answered(stamp(3)) }
  }
}
