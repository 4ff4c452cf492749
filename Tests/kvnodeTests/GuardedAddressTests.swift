import ClientProtocol
import Determinism
import Glibc
import GuardProtocol
import NIOCore
import NetworkTypes
import RaftTypes
import Synchronization
import Testing
import VirtualIP

@testable import kvnode

@Suite("A node and its guard", .timeLimit(.minutes(1)))
struct GuardedAddressTests {
  private static let hardware = HardwareAddress(bytes: [2, 0, 0, 0, 0, 1])

  private func ready(_ tier: GuardTier = .gate) throws -> GuardReply {
    .ready([GuardStanding(tier: tier, hardware: try #require(Self.hardware))])
  }

  /// A node whose guard has welcomed it.
  private func welcome(_ name: String) async throws -> (Wired, FakeGuard) {
    let node = try await Wired(name)
    let keeper = try FakeGuard(at: node.path)
    let started = node.start()
    try keeper.accept()
    guard case .hello = try keeper.receive() else { throw FakeGuard.Silence() }
    keeper.send(try ready())
    try await started.get()
    return (node, keeper)
  }

  /// And that holds the address in term 1.
  private func holding(
    _ name: String, for span: TimeSpan = .seconds(60)
  ) async throws -> (Wired, FakeGuard) {
    let (node, keeper) = try await welcome(name)
    let until = node.now + span
    #expect(try await node.perform(.claim(Term(1), until: until)).get() == nil)
    #expect(try keeper.receiveWish() == .claim(Term(1), until: until))
    keeper.send(.claimed(Term(1)))
    try await waitFor(.claimed(Term(1)), at: node)
    return (node, keeper)
  }

  private func waitFor(_ event: AddressEvent, at node: Wired) async throws {
    var heard: [AddressEvent] = []
    for _ in 0..<2000 where !heard.contains(event) {
      heard += try await node.taken()
      usleep(1000)
    }
    #expect(heard.contains(event), "heard \(heard)")
  }

  @Test("says hello, and tells the replica on what terms the guard can hold")
  func hello() async throws {
    let node = try await Wired("hello")
    let keeper = try FakeGuard(at: node.path)
    let started = node.start()
    try keeper.accept()
    guard case .hello(let hello) = try keeper.receive() else { throw FakeGuard.Silence() }
    #expect(hello.node == NodeID(1) && hello.places.map(\.interface) == ["eth0"])
    keeper.send(try ready(.lifetimeOnly("old kernel")))
    try await started.get()
    #expect(node.tiers.map(\.tier) == [.lifetime])
    try await node.stop()
  }

  @Test("a guard that cannot do what is configured stops the start, with its words")
  func unusable() async throws {
    let node = try await Wired("unusable")
    let keeper = try FakeGuard(at: node.path)
    let started = node.start()
    try keeper.accept()
    _ = try keeper.receive()
    keeper.send(.unusable("no interface is called eth0"))
    let error = await #expect(throws: StartFault.self) { try await started.get() }
    #expect(error.map { "\($0)" }?.contains("no interface is called eth0") == true)
    try await node.stop()
  }

  @Test("without a guard a node starts, refuses every claim with the reason, and finds it later")
  func noGuard() async throws {
    let node = try await Wired("none")
    try await node.start().get()
    let answer = try await node.perform(.claim(Term(1), until: node.now + .seconds(1))).get()
    guard case .refused(Term(1), .unavailable(let reason)) = answer else {
      Issue.record("answered \(String(describing: answer))")
      return
    }
    #expect(reason.contains("no vipguard listens at \(node.path)"))
    let keeper = try FakeGuard(at: node.path)
    try keeper.accept()
    guard case .hello = try keeper.receive() else { throw FakeGuard.Silence() }
    try await node.stop()
  }

  @Test("claims without waiting, renews, announces; the answers come as events")
  func conversation() async throws {
    let (node, keeper) = try await holding("talk")
    let later = node.now + .seconds(90)
    _ = try await node.perform(.renew(Term(1), until: later)).get()
    #expect(try keeper.receiveWish() == .renew(Term(1), until: later))
    _ = try await node.perform(.renew(Term(2), until: later)).get()
    _ = try await node.perform(.announce(Term(1))).get()
    #expect(try keeper.receiveWish() == .announce(Term(1)))
    keeper.send(.lost(Term(1), .carrier))
    try await waitFor(.lost(Term(1), .carrier), at: node)
    try await node.stop()
  }

  @Test("a release is over when the guard has said so, and not before")
  func release() async throws {
    let (node, keeper) = try await holding("release")
    let released = node.perform(.release)
    #expect(try keeper.receiveWish() == .release(Term(1)))
    let isEarly = Mutex(true)
    released.whenComplete { _ in #expect(isEarly.withLock { !$0 }, "before the guard's word") }
    isEarly.withLock { $0 = false }
    keeper.send(.released(Term(1)))
    #expect(try await released.get() == nil)
    #expect(node.now < Instant.distantFuture)
    try await node.stop()
  }

  @Test("pitfall 61: a release that nobody answers is over when every lease is")
  func silentRelease() async throws {
    let (node, keeper) = try await holding("silent", for: .milliseconds(100))
    let end = node.now + .milliseconds(200)
    _ = try await node.perform(.renew(Term(1), until: end)).get()
    _ = try await node.perform(.release).get()
    #expect(node.now >= end)
    withExtendedLifetime(keeper) {}
    try await node.stop()
  }

  @Test("a guard that is gone is a loss, and its lease is waited for all the same")
  func guardGone() async throws {
    let (node, keeper) = try await holding("gone", for: .milliseconds(200))
    let end = node.now + .milliseconds(300)
    _ = try await node.perform(.renew(Term(1), until: end)).get()
    keeper.hangUp()
    try await waitFor(.lost(Term(1), .guardGone), at: node)
    _ = try await node.perform(.release).get()
    #expect(node.now >= end)
    try await node.stop()
  }

  @Test("a release while a claim is open answers the claim, whatever the guard still says of it")
  func releaseWhileClaiming() async throws {
    let (node, keeper) = try await welcome("open")
    _ = try await node.perform(.claim(Term(1), until: node.now + .seconds(60))).get()
    _ = try keeper.receiveWish()
    let released = node.perform(.release)
    #expect(try keeper.receiveWish() == .release(Term(1)))
    keeper.send(.claimed(Term(1)))
    keeper.send(.released(Term(1)))
    _ = try await released.get()
    #expect(try await node.taken() == [.refused(Term(1), .busy)])
    try await node.stop()
  }

  @Test(
    "the guard's refusals in the words of the policy",
    arguments: [
      (GuardRefusal.late, AddressRefusal.busy), (.staleTerm(known: Term(9)), .busy),
      (.unavailable("x"), .unavailable("x")),
    ])
  func refusals(_ said: GuardRefusal, _ heard: AddressRefusal) async throws {
    let (node, keeper) = try await welcome("refused\("\(said)".utf8.count)")
    _ = try await node.perform(.claim(Term(1), until: node.now + .seconds(60))).get()
    keeper.send(.refused(Term(1), said))
    try await waitFor(.refused(Term(1), heard), at: node)
    try await node.stop()
  }
}
