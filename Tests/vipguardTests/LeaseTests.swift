import Determinism
import GuardProtocol
import NetworkTypes
import RaftTypes
import Testing

@testable import vipguard

@Suite("A lease")
struct LeaseTests {
  @Test("lasts until its deadline and no longer: gate first, then address, and kvnode is told")
  func expiry() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    #expect(try bench.pass(Sample.ms(294)).allSatisfy { $0 != .lost(Term(1), .expired) })
    #expect(bench.machine.isServing)
    _ = bench.machine.take()
    bench.machine.wait(Sample.ms(1))
    #expect(!bench.machine.isServing, "the kernel alone must have ended it")
    #expect(try bench.keeper.pass() == [.lost(Term(1), .expired)])
    #expect(bench.machine.take() == [.shut, .removed])
  }

  @Test("goes on as long as it is renewed: a hundred renewals of the same length")
  func renewals() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    for _ in 0..<100 {
      let replies = try bench.pass(Sample.ms(50)) + bench.renew(1, for: Sample.ms(300))
      #expect(!replies.contains(.lost(Term(1), .expired)))
      #expect(bench.machine.isServing)
    }
  }

  @Test("the kernel's lifetime is renewed at every third of it, not at every renewal")
  func lifetime() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    for _ in 0..<120 {
      _ = try bench.pass(Sample.ms(50)) + bench.renew(1, for: Sample.ms(300))
      #expect(bench.machine.isServing)
    }
    // 6 s, at every 2 s / 3: rounds come every 50 ms, so at every 700 ms.
    #expect(bench.machine.take().filter { $0 == .kept }.count == 8)
  }

  @Test("a renewal of another term, or of no later end, changes nothing")
  func strangeRenewals() throws {
    let bench = try Bench()
    try bench.hold(2, for: Sample.ms(300))
    let until = bench.keeper.holding?.until
    #expect(try bench.renew(1, for: Sample.ms(900)).isEmpty)
    #expect(try bench.renew(3, for: Sample.ms(900)).isEmpty)
    #expect(try bench.renew(2, for: Sample.ms(100)).isEmpty)
    #expect(bench.keeper.holding?.until == until)
    #expect(bench.machine.take().isEmpty)
  }

  @Test("a renewal when nothing is held opens nothing")
  func renewalOfNothing() throws {
    let bench = try Bench()
    #expect(try bench.renew(1, for: Sample.ms(300)).isEmpty)
    #expect(bench.machine.take().isEmpty && !bench.machine.isServing)
  }

  @Test("pitfall 64: a renewal that lay in the queue past its end renews nothing")
  func staleRenewal() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    let end = bench.machine.clock + Sample.ms(400)
    // Frozen for a second, with the renewal in the socket.
    bench.machine.wait(.seconds(1))
    #expect(try bench.keeper.receive(.renew(Term(1), until: end)).isEmpty)
    #expect(!bench.machine.isServing)
    #expect(try bench.keeper.pass() == [.lost(Term(1), .expired)])
  }

  @Test("a guard that is frozen between the clock and the kernel shuts what it opened")
  func frozenWhileOpening() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    bench.machine.openingTakes = Sample.ms(500)
    #expect(try bench.renew(1, for: Sample.ms(300)) == [.lost(Term(1), .expired)])
    #expect(bench.machine.take() == [.opened, .shut, .removed])
  }

  @Test("without a gate the clock is read again all the same")
  func frozenWithoutGate() throws {
    let bench = try Bench(tier: .lifetimeOnly("old kernel"))
    try bench.hold(1, for: Sample.ms(300))
    bench.machine.openingTakes = Sample.ms(500)
    #expect(try bench.renew(1, for: Sample.ms(300)) == [.lost(Term(1), .expired)])
    #expect(!bench.machine.isServing)
  }

  @Test("a gate that somebody removed ends it, and asks for a new hello")
  func gateRemoved() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    bench.machine.failing = [.opened, .shut]
    #expect(
      try bench.renew(1, for: Sample.ms(400))
        == [.lost(Term(1), .deleted), .unusable("no opened")])
    #expect(bench.machine.keptUntil == nil)
  }

  @Test("what can be neither shut nor removed ends the process without a word of release")
  func cannotLetGo() throws {
    for (tier, failing) in [
      (GuardTier.gate, [FakeMachine.Deed.shut, .removed]), (.lifetimeOnly(""), [.removed]),
    ] {
      let bench = try Bench(tier: tier)
      try bench.hold(1, for: Sample.ms(300))
      bench.machine.failing = Set(failing)
      #expect(throws: Keeper<FakeMachine>.CannotLetGo.self) {
        try bench.keeper.receive(.release(Term(1)))
      }
    }
  }

  @Test("a shut gate is enough to be released when the address stays for its lifetime")
  func shutIsEnough() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    bench.machine.failing = [.removed]
    #expect(try bench.keeper.receive(.release(Term(1))) == [.released(Term(1))])
    #expect(!bench.machine.isServing)
  }

  @Test("release: connections, gate, address, in this order; the answer comes always")
  func release() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    #expect(try bench.keeper.receive(.release(Term(1))) == [.released(Term(1))])
    #expect(bench.machine.take() == [.reset, .shut, .removed])
    #expect(try bench.keeper.receive(.release(Term(1))) == [.released(Term(1))])
    #expect(bench.machine.take().isEmpty)
    #expect(try bench.pass(.seconds(60)).isEmpty)
  }

  @Test("a release ends a claim that waits for its answer")
  func releaseWhileAsking() throws {
    let bench = try Bench()
    _ = try bench.claim(1, for: Sample.ms(300))
    #expect(try bench.keeper.receive(.release(Term(1))) == [.released(Term(1))])
    #expect(try bench.pass(Sample.ms(1000)).isEmpty)
    #expect(!bench.machine.isServing && !bench.machine.take().contains(.opened))
  }

  @Test("pitfall 61: a kvnode that is gone holds nothing, and leaves no gate")
  func clientGone() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    try bench.keeper.clientGone(isDead: true)
    #expect(bench.machine.take() == [.reset, .shut, .removed, .dismantled])
    #expect(!bench.machine.isServing)
    #expect(bench.keeper.nextDeadline == .distantFuture)
    _ = try bench.keeper.receive(.hello(Sample.hello()))
    try bench.hold(2, for: Sample.ms(300))
  }

  @Test("random requests, events, failures and freezes: nothing is open past a lease")
  func randomWalks() throws {
    for seed in 0..<300 {
      var dice = Dice(seed: UInt64(seed))
      let tier: GuardTier = dice.chance(1, in: 4) ? .lifetimeOnly("old") : .gate
      let bench = try Bench(tier: tier)
      var latest = Instant(nanoseconds: 0)
      var newest: UInt64 = 0
      for _ in 0..<200 {
        let term = dice.below(4) + newest / 2
        let span = Sample.ms(dice.below(600))
        bench.machine.openingTakes = dice.chance(1, in: 20) ? Sample.ms(500) : .zero
        switch dice.below(8) {
        case 0:
          latest = max(latest, bench.machine.clock + span)
          if try bench.claim(term, for: span).contains(where: { $0.isStale }) == false {
            newest = max(newest, term)
          }
        case 1, 2:
          latest = max(latest, bench.machine.clock + span)
          _ = try bench.renew(term, for: span)
        case 3: _ = try bench.keeper.receive(.release(Term(term)))
        case 4:
          try bench.keeper.clientGone(isDead: true)
          _ = try bench.keeper.receive(.hello(Sample.hello()))
        case 5:
          bench.machine.lose()
          _ = try bench.keeper.notice(.addressRemoved(Sample.place().address))
        case 6: bench.machine.wait(Sample.ms(dice.below(1000)))
        default: _ = try bench.pass(Sample.ms(dice.below(300)))
        }
        if let open = bench.machine.openUntil { #expect(open <= latest) }
        if bench.machine.isServing, tier == .gate { #expect(bench.machine.clock < latest) }
        if let held = bench.keeper.holding { #expect(held.term.number >= newest) }
        if !bench.keeper.isHolding { #expect(!bench.machine.isServing) }
      }
    }
  }
}

extension GuardReply {
  fileprivate var isStale: Bool {
    if case .refused(_, .staleTerm) = self { true } else { false }
  }
}
