import ClientProtocol
import RaftTypes
import Testing

@testable import KeyValueStore

@Suite("§6.3 Sessions make a write exactly-once")
struct SessionTests {
  private func opened(timeToLive: UInt64 = 5000) -> (Store, session: UInt64) {
    var store = Store()
    store.idle(3, time: 1000)
    let result = store.apply(.session(.open(timeToLive: timeToLive)), time: 1000)
    guard case .session(let id) = result.outcome else { return (store, 0) }
    return (store, id)
  }

  private let increment = Command.Operation.put(
    Put(key: bytes("counter"), value: bytes("1"), wantsPrevious: true))

  @Test("a session is named by the index of the entry that opened it")
  func sessionID() {
    let (store, session) = opened()
    #expect(session == 4)
    #expect(store.statistics.sessions == 1)
    #expect(store.revision == Revision(1))
  }

  @Test("pitfall 60: a repeated sequence gets the first answer and is not done again")
  func repetition() throws {
    var (store, session) = opened()
    let stamp = SessionStamp(session: session, sequence: 1)
    let first = store.apply(increment, stamp: stamp, time: 1000)
    store.put("counter", "other")
    let again = store.apply(increment, stamp: stamp, time: 1000)
    #expect(again == first)
    #expect(try store.get("counter")?.version == 2)
  }

  @Test("pitfall 60: and so after a snapshot, on another node")
  func repetitionAfterSnapshot() throws {
    var (store, session) = opened()
    let stamp = SessionStamp(session: session, sequence: 1)
    let first = store.apply(increment, stamp: stamp, time: 1000)
    var restored = try store.restored()
    #expect(restored.apply(increment, stamp: stamp, time: 1001) == first)
    #expect(try restored.get("counter")?.version == 1)
  }

  @Test("an older sequence is refused, not done")
  func olderSequence() throws {
    var (store, session) = opened()
    for sequence in [1, 5] as [UInt64] {
      store.apply(increment, stamp: SessionStamp(session: session, sequence: sequence), time: 1000)
    }
    for sequence in [0, 1, 4] as [UInt64] {
      let stamp = SessionStamp(session: session, sequence: sequence)
      let result = store.apply(increment, stamp: stamp, time: 1000)
      #expect(result.outcome == .refused(.staleSequence(last: 5)))
    }
    #expect(try store.get("counter")?.version == 2)
  }

  @Test("pitfall 55: an unknown session is refused and not made anew")
  func unknownSession() throws {
    var (store, session) = opened()
    let stamp = SessionStamp(session: session + 1, sequence: 1)
    #expect(store.apply(increment, stamp: stamp, time: 1000).outcome == .refused(.sessionExpired))
    #expect(try store.get("counter") == nil)
    #expect(store.statistics.sessions == 1)
  }

  @Test("pitfall 55: an expired session's old sequence is refused, not done a second time")
  func expiredSession() throws {
    var (store, session) = opened(timeToLive: 5000)
    let stamp = SessionStamp(session: session, sequence: 1)
    store.apply(increment, stamp: stamp, time: 1000)
    let late = store.apply(increment, stamp: stamp, time: 6001)
    #expect(late.outcome == .refused(.sessionExpired))
    #expect(try store.get("counter")?.version == 1)
    #expect(store.statistics.sessions == 0)
  }

  @Test("pitfall 55: a session lives as long as it is used, to the millisecond of log time")
  func usedSession() {
    var (store, session) = opened(timeToLive: 5000)
    for (sequence, time) in [(1, 6000), (2, 11000), (2, 16000)] as [(UInt64, UInt64)] {
      let stamp = SessionStamp(session: session, sequence: sequence)
      #expect(store.apply(increment, stamp: stamp, time: time).outcome != .refused(.sessionExpired))
    }
    #expect(store.apply(.session(.renew(session)), time: 21000).outcome == .session(session))
    #expect(
      store.apply(.session(.renew(session)), time: 26001).outcome == .refused(.sessionExpired))
  }

  @Test("entries that are no commands let sessions expire too")
  func expiryWithoutCommands() {
    var (store, _) = opened(timeToLive: 5000)
    store.idle(1, time: 6000)
    #expect(store.statistics.sessions == 1)
    store.idle(1, time: 7000)
    #expect(store.statistics.sessions == 0)
    #expect(store.contents.sessions.stateHash == 0)
  }

  @Test("a log time that falls behind does not turn the store's time back")
  func timeNeverFalls() {
    var (store, _) = opened()
    store.idle(1, time: 999)
    #expect(store.appliedTime == LogTime(milliseconds: 1000))
  }

  @Test("a closed session is gone")
  func closing() {
    var (store, session) = opened()
    #expect(store.apply(.session(.close(session)), time: 1000).outcome == .session(session))
    #expect(
      store.apply(.session(.close(session)), time: 1000).outcome == .refused(.sessionExpired))
  }

  @Test("a refusal is remembered as well: the repetition gets the same")
  func rememberedRefusal() {
    var (store, session) = opened()
    let stamp = SessionStamp(session: session, sequence: 1)
    let first = store.apply(.compact(Revision(9)), stamp: stamp, time: 1000)
    for _ in 0..<10 { store.put("k", "v") }
    #expect(first.outcome == .refused(.futureRevision(current: Revision(1))))
    #expect(store.apply(.compact(Revision(9)), stamp: stamp, time: 1200) == first)
    #expect(store.oldestRevision == Revision(1))
  }

  @Test("an answer longer than 4 KiB is not kept: the repetition is told when it was done")
  func longAnswer() {
    var (store, session) = opened()
    let long = Put(key: bytes("k"), value: [UInt8](repeating: 1, count: 5000)[...])
    store.apply(.put(long), time: 1000)
    let stamp = SessionStamp(session: session, sequence: 1)
    let operation = Command.Operation.put(
      Put(key: bytes("k"), value: bytes("v"), wantsPrevious: true))
    store.apply(operation, stamp: stamp, time: 1000)
    let again = store.apply(operation, stamp: stamp, time: 1000)
    #expect(again.outcome == .refused(.answerForgotten(Revision(3))))
    #expect(store.revision == Revision(3))
  }

  @Test("there are never more than 10,000 sessions; room returns when some expire")
  func manySessions() {
    var store = Store()
    for _ in 0..<10_000 { store.apply(.session(.open(timeToLive: 1000)), time: 1000) }
    let refused = store.apply(.session(.open(timeToLive: 1000)), time: 1500)
    #expect(refused.outcome == .refused(.tooManySessions(limit: 10_000)))
    let opened = store.apply(.session(.open(timeToLive: 1000)), time: 2500)
    #expect(opened.outcome == .session(10_002))
    #expect(store.statistics.sessions == 1)
  }

  @Test("pitfall 54: expiry is part of the hash and equal on replicas with and without a restore")
  func expiryIsDeterministic() throws {
    var (one, session) = opened(timeToLive: 2000)
    var other = try one.restored()
    for step in 0..<40 as Range<UInt64> {
      let time = 1000 + step * 170
      let stamp = SessionStamp(session: session, sequence: step / 4 + 1)
      let answers = (
        one.apply(increment, stamp: step < 9 ? stamp : nil, time: time),
        other.apply(increment, stamp: step < 9 ? stamp : nil, time: time)
      )
      #expect(answers.0 == answers.1)
      #expect(one.stateHash == other.stateHash)
      if step % 5 == 0 { other = try other.restored() }
    }
    #expect(one.statistics.sessions == 0)
  }
}
