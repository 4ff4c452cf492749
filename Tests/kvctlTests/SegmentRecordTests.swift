import Determinism
import NetworkTypes
import Testing

@testable import kvctl

@Suite("What an observer of a segment concludes")
struct SegmentRecordTests {
  private let one: HardwareAddress
  private let two: HardwareAddress

  init() throws {
    one = try #require(HardwareAddress("02:00:00:00:00:01"))
    two = try #require(HardwareAddress("02:00:00:00:00:02"))
  }

  private func at(_ milliseconds: UInt64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  /// Asks every 10 ms; who answers a question half a millisecond later is drawn for each.
  private func watch(
    _ record: inout SegmentRecord, from start: UInt64, to end: UInt64,
    _ answering: (UInt64) -> [HardwareAddress]
  ) -> [SegmentRecord.Finding] {
    var findings: [SegmentRecord.Finding] = []
    for now in stride(from: start, to: end, by: 10) {
      record.asked()
      for holder in answering(now) {
        findings += record.heard(holder, isAnswer: true, at: at(now))
      }
    }
    return findings
  }

  @Test("one holder that answers every question is one finding")
  func steady() {
    var record = SegmentRecord()
    #expect(watch(&record, from: 0, to: 1000) { _ in [one] } == [.held(by: one, at: at(0))])
    #expect(record.questions == 100 && record.frames == 100 && record.overlaps == 0)
    #expect(record.end(at: at(1000)).isEmpty)
  }

  @Test("a move without a gap is a move, and no second holder")
  func move() {
    var record = SegmentRecord()
    _ = watch(&record, from: 0, to: 100) { _ in [one] }
    let findings = watch(&record, from: 100, to: 300) { _ in [two] }
    #expect(
      findings == [.moved(from: one, to: two, at: at(100), silence: .milliseconds(10))])
    #expect(record.moves == 1 && record.overlaps == 0 && record.absences.isEmpty)
  }

  @Test("a move and its way back are two moves, when the stay between was one")
  func back() {
    var record = SegmentRecord()
    _ = watch(&record, from: 0, to: 600) { (200..<400).contains($0) ? [two] : [one] }
    #expect(record.moves == 2 && record.overlaps == 0)
  }

  @Test("a question that two answer has two holders")
  func bothAnswer() {
    var record = SegmentRecord()
    _ = watch(&record, from: 0, to: 100) { _ in [one] }
    record.asked()
    _ = record.heard(one, isAnswer: true, at: at(100))
    let findings = record.heard(two, isAnswer: true, at: at(101))
    #expect(findings.contains(.twoHolders(one, two, from: at(100), until: at(101))))
    #expect(record.overlaps == 1)
  }

  @Test("a holder's answer and the next one's announcement within one question are a move")
  func announcedAtOnce() {
    var record = SegmentRecord()
    _ = watch(&record, from: 0, to: 100) { _ in [one] }
    record.asked()
    _ = record.heard(one, isAnswer: true, at: at(100))
    _ = record.heard(two, isAnswer: false, at: at(105))
    _ = watch(&record, from: 110, to: 300) { _ in [two] }
    #expect(record.moves == 1 && record.overlaps == 0)
  }

  @Test("a frame of the old holder after the first of the new one is a second holder")
  func lateFrame() {
    var record = SegmentRecord()
    _ = watch(&record, from: 0, to: 100) { _ in [one] }
    _ = watch(&record, from: 100, to: 500) { _ in [two] }
    record.asked()
    #expect(record.overlaps == 0)
    _ = record.heard(two, isAnswer: true, at: at(500))
    _ = record.heard(one, isAnswer: false, at: at(503))
    record.asked()
    let findings = record.heard(two, isAnswer: true, at: at(510))
    #expect(findings == [.twoHolders(one, two, from: at(500), until: at(510))])
  }

  @Test("two holders are noticed within two questions, whoever answers first, and counted once")
  func dice() {
    var dice = Dice(seed: 7)
    for _ in 0..<200 {
      var record = SegmentRecord()
      let begin = 10 * (1 + dice.below(20))
      let findings = watch(&record, from: 0, to: 1000) { now in
        guard now >= begin else { return [one] }
        return dice.chance(1, in: 2) ? [one, two] : [two, one]
      }
      let found = findings.compactMap { finding -> Instant? in
        if case .twoHolders(_, _, _, let until) = finding { until } else { nil }
      }
      #expect(found.count == 1 && record.overlaps == 1)
      #expect(found.allSatisfy { $0 <= at(begin + 10) })
    }
  }

  @Test("two holders, then one for a while, then two again are two times")
  func again() {
    var record = SegmentRecord()
    _ = watch(&record, from: 0, to: 900) { now in
      (300..<400).contains(now) || (600..<700).contains(now) ? [one, two] : [one]
    }
    #expect(record.overlaps == 2)
  }

  @Test("one lost answer is nothing, two in a row are a time without a holder")
  func absence() {
    var record = SegmentRecord()
    let findings = watch(&record, from: 0, to: 1000) { now in
      now == 200 || (now >= 500 && now < 900) ? [] : [one]
    }
    #expect(
      findings == [.held(by: one, at: at(0)), .nobody(from: at(490), until: at(900))])
    #expect(record.absences == [.milliseconds(410)])
    #expect(record.histogram.reduce(0, +) == 1 && record.lines.last?.contains("<= 500 ms") == true)
  }

  @Test("a time without a holder that is not over at the end counts as long as it was")
  func lasting() {
    var record = SegmentRecord()
    _ = watch(&record, from: 0, to: 500) { $0 < 100 ? [one] : [] }
    #expect(record.end(at: at(500)) == [.nobody(from: at(90), until: at(500))])
  }

  @Test("an address is found in what a cluster calls its own")
  func host() {
    for text in ["10.77.0.100", "10.77.0.100:7379", "10.77.0.100/32"] {
      #expect(IPAddress.host(of: text)?.description == "10.77.0.100")
    }
    for text in ["fd77::100", "fd77::100/128", "[fd77::100]:7379"] {
      #expect(IPAddress.host(of: text)?.description == "fd77::100")
    }
    #expect(IPAddress.host(of: "cluster.example:7379") == nil)
  }
}
