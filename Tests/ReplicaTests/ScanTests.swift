import ClientProtocol
import Determinism
import KeyValueStore
import RaftCore
import RaftTypes
import Replica
import Testing

@Suite("Long reads beside the loop")
struct ScanTests {
  /// Everything as it stood one revision ago.
  private func older(_ trio: Trio, _ number: Int) -> ClientRequest {
    let revision = Revision(trio[number].replica.store.revision.number - 1)
    return .read(RangeQuery(range: .all, revision: revision), .linearizable)
  }

  private func values(_ reply: ClientReply?) -> [String]? {
    guard case .range(let result)? = reply?.body else { return nil }
    return result.items.map { String(decoding: $0.value, as: UTF8.self) }
  }

  @Test("a range at an older revision is answered elsewhere, and later writes do not show in it")
  func oldRange() throws {
    var (trio, leader, _) = Trio.led()
    _ = trio.call(leader, .put("a", "1"))
    _ = trio.call(leader, .put("a", "2"))
    let asked = trio[leader].replica.store.appliedIndex
    let read = trio.call(leader, older(trio, leader))
    #expect(trio.reply(leader, read) == nil)
    let write = trio.call(leader, .put("a", "3"))
    #expect(trio.isWritten(leader, write))
    let scan = try #require(trio[leader].scans.first)
    trio.step(leader, scan.carryOut(at: trio.now))
    #expect(values(trio.reply(leader, read)) == ["1"])
    #expect(trio.reply(leader, read)?.stamp.index == asked)
  }

  @Test("a follower answers its own clients so, too")
  func onFollowers() throws {
    var (trio, leader, followers) = Trio.led()
    _ = trio.call(leader, .put("a", "1"))
    _ = trio.call(leader, .put("a", "2"))
    trio.pass(.milliseconds(100))
    let read = trio.call(followers[0], older(trio, leader))
    let scan = try #require(trio[followers[0]].scans.first)
    trio.step(followers[0], scan.carryOut(at: trio.now))
    #expect(values(trio.reply(followers[0], read)) == ["1"])
  }

  @Test("one key, a count and a short page are answered at once")
  func shortReads() {
    var (trio, leader, _) = Trio.led()
    _ = trio.call(leader, .put("a", "1"))
    let page = trio.call(leader, .read(RangeQuery(range: .all), .linearizable))
    let old = RangeQuery(
      range: .key(Array("a".utf8)[...]), revision: trio[leader].replica.store.revision)
    let key = trio.call(leader, .read(old, .linearizable))
    #expect(values(trio.reply(leader, page)) == ["1"])
    #expect(values(trio.reply(leader, key)) == ["1"])
    #expect(trio[leader].scans.isEmpty)
  }

  @Test("what has waited for longer than its client is not read any more, and says so")
  func tooLate() throws {
    var (trio, leader, _) = Trio.led()
    _ = trio.call(leader, .put("a", "1"))
    _ = trio.call(leader, .put("a", "2"))
    let read = trio.call(leader, older(trio, leader), timeout: 100)
    let scan = try #require(trio[leader].scans.first)
    #expect(scan.deadline == trio.now + .milliseconds(100))
    trio.step(leader, scan.carryOut(at: scan.deadline))
    #expect(trio.error(leader, read)?.code == .timeout)
    #expect(trio.error(leader, read)?.outcome == .notApplied)
    #expect(trio.error(leader, read)?.retryable == true)
  }

  @Test("an answer that comes after its time is over is forgotten, and its place is free again")
  func late() throws {
    var (trio, leader, _) = Trio.led { $0.limits.scans = 1 }
    _ = trio.call(leader, .put("a", "1"))
    _ = trio.call(leader, .put("a", "2"))
    let read = trio.call(leader, older(trio, leader), timeout: 100)
    trio.pass(.milliseconds(200))
    #expect(trio.error(leader, read)?.code == .timeout)
    #expect(trio.error(leader, read)?.outcome == .notApplied)
    let scan = try #require(trio[leader].scans.first)
    let refused = trio.call(leader, older(trio, leader))
    #expect(trio.error(leader, refused)?.code == .overloaded)
    trio.step(leader, scan.carryOut(at: trio.now))
    #expect(trio.error(leader, read)?.code == .timeout)
    _ = trio.call(leader, older(trio, leader))
    #expect(trio[leader].scans.count == 2)
  }
}
