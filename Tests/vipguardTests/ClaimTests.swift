import Determinism
import GuardProtocol
import NetworkTypes
import RaftTypes
import Testing

@testable import vipguard

@Suite("A claim")
struct ClaimTests {
  @Test("asks the segment, waits for an answer, opens the gate, adds the address and announces")
  func order() throws {
    let bench = try Bench()
    #expect(try bench.claim(1, for: Sample.ms(300)).isEmpty)
    #expect(bench.machine.take() == [.probed])
    bench.machine.wait(Limits.answer)
    let at = bench.machine.clock
    #expect(try bench.keeper.pass() == [.claimed(Term(1)), .announced(Term(1), at: at)])
    #expect(bench.machine.take() == [.opened, .kept, .announced])
    #expect(bench.machine.isServing && bench.keeper.isHolding)
  }

  @Test("costs no waiting when the segment was asked before and is silent")
  func askedBefore() throws {
    let bench = try Bench()
    #expect(try bench.keeper.receive(.probe).isEmpty)
    bench.machine.wait(Limits.answer)
    _ = bench.machine.take()
    #expect(try bench.claim(1, for: Sample.ms(300)).first == .claimed(Term(1)))
    #expect(bench.machine.take() == [.opened, .kept, .announced])
  }

  @Test("asks again when the silence is old")
  func oldSilence() throws {
    let bench = try Bench()
    _ = try bench.keeper.receive(.probe)
    bench.machine.wait(Limits.silence)
    #expect(try bench.claim(1, for: Sample.ms(300)).isEmpty)
    #expect(bench.machine.take() == [.probed, .probed])
  }

  @Test("a silence counts once: the next claim asks anew")
  func silenceCountsOnce() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    _ = try bench.keeper.receive(.release(Term(1)))
    _ = bench.machine.take()
    #expect(try bench.claim(2, for: Sample.ms(300)).isEmpty)
    #expect(bench.machine.take() == [.probed])
  }

  @Test("an answer before the claim, from the holder or anybody, makes it ask again")
  func answeredBefore() throws {
    let bench = try Bench()
    _ = try bench.keeper.receive(.probe)
    let stranger = MachineEvent.claimed(try Sample.place().address, by: try Sample.hardware(9))
    #expect(try bench.keeper.notice(stranger).isEmpty)
    bench.machine.wait(Limits.answer)
    #expect(try bench.claim(1, for: Sample.ms(300)).isEmpty)
    #expect(bench.machine.take() == [.probed, .probed])
    #expect(try bench.pass(Limits.answer).first == .claimed(Term(1)))
  }

  @Test("is refused when a stranger answers, and touches nothing")
  func stranger() throws {
    let bench = try Bench()
    _ = try bench.claim(1, for: Sample.ms(300))
    let (address, hardware) = (try Sample.place().address, try Sample.hardware(9))
    #expect(
      try bench.keeper.notice(.claimed(address, by: hardware))
        == [.conflict(address, hardware), .refused(Term(1), .conflict(hardware))])
    #expect(try bench.pass(Sample.ms(1000)).isEmpty)
    #expect(bench.machine.take() == [.probed])
    #expect(!bench.machine.isServing)
  }

  @Test("of a lower term is refused, also from the next kvnode; the same term may try again")
  func lowerTerm() throws {
    let bench = try Bench()
    try bench.hold(5, for: Sample.ms(300))
    _ = try bench.keeper.receive(.release(Term(5)))
    let refused = [GuardReply.refused(Term(4), .staleTerm(known: Term(5)))]
    #expect(try bench.claim(4, for: Sample.ms(300)) == refused)
    try bench.keeper.clientGone(isDead: true)
    _ = try bench.keeper.receive(.hello(Sample.hello()))
    #expect(try bench.claim(4, for: Sample.ms(300)) == refused)
    #expect(!bench.machine.isServing)
    try bench.hold(5, for: Sample.ms(300))
  }

  @Test("terms begin anew in another cluster")
  func otherCluster() throws {
    let bench = try Bench()
    try bench.hold(5, for: Sample.ms(300))
    try bench.keeper.clientGone(isDead: true)
    _ = try bench.keeper.receive(.hello(Sample.hello(cluster: 2)))
    try bench.hold(1, for: Sample.ms(300))
  }

  @Test("with a deadline in the past is refused before anything is opened")
  func late() throws {
    let bench = try Bench()
    let replies = try bench.keeper.receive(.claim(Term(1), until: bench.machine.clock))
    #expect(replies == [.refused(Term(1), .late)])
    #expect(bench.machine.take().isEmpty)
  }

  @Test("whose deadline comes while it waits is refused")
  func lateWhileWaiting() throws {
    let bench = try Bench()
    let replies = try bench.claim(1, for: Sample.ms(2)) + bench.pass(Sample.ms(50))
    #expect(replies == [.refused(Term(1), .late)])
    #expect(bench.machine.take() == [.probed])
  }

  @Test("that takes the kernel past its deadline is taken back")
  func slowKernel() throws {
    let bench = try Bench()
    bench.machine.openingTakes = Sample.ms(400)
    let replies = try bench.claim(1, for: Sample.ms(300)) + bench.pass(Limits.answer)
    #expect(replies == [.refused(Term(1), .late)])
    #expect(bench.machine.take() == [.probed, .opened, .shut, .removed])
    #expect(!bench.keeper.isHolding)
  }

  @Test("the kernel refuses is taken back, and told in its words", arguments: [true, false])
  func refusedByKernel(_ atGate: Bool) throws {
    let bench = try Bench()
    bench.machine.failing = [atGate ? .opened : .kept]
    let replies = try bench.claim(1, for: Sample.ms(300)) + bench.pass(Limits.answer)
    let words = atGate ? "no opened" : "no kept"
    #expect(replies == [.refused(Term(1), .unavailable(words))])
    #expect(bench.machine.take().suffix(2) == [.shut, .removed])
    #expect(!bench.machine.isServing)
  }

  @Test("without a carrier is refused")
  func noCarrier() throws {
    let bench = try Bench()
    bench.machine.carrier = false
    #expect(
      try bench.claim(1, for: Sample.ms(300))
        == [.refused(Term(1), .unavailable("eth0 has no carrier"))])
  }

  @Test("takes all addresses or none")
  func several() throws {
    let hello = try Sample.hello([Sample.address, "fd00::100"])
    let bench = try Bench(hello: hello)
    _ = try bench.claim(1, for: Sample.ms(300)) + bench.pass(Limits.answer)
    let deeds = bench.machine.take()
    #expect(deeds == [.probed, .probed, .opened, .opened, .kept, .kept, .announced, .announced])
    _ = try bench.keeper.receive(.release(Term(1)))
    #expect(bench.machine.take() == [.reset, .reset, .shut, .shut, .removed, .removed])
  }

  @Test("renewed while it waits, lasts until the renewal's end")
  func renewedWhileWaiting() throws {
    let bench = try Bench()
    _ = try bench.claim(1, for: Sample.ms(100))
    #expect(try bench.renew(1, for: Sample.ms(300)).isEmpty)
    _ = try bench.pass(Limits.answer)
    #expect(bench.keeper.holding?.until == bench.machine.clock + Sample.ms(295))
  }

  @Test("a second claim lets go of the first")
  func second() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    #expect(try bench.claim(2, for: Sample.ms(300)).isEmpty)
    #expect(bench.machine.take() == [.reset, .shut, .removed, .probed])
    #expect(!bench.machine.isServing)
  }
}
