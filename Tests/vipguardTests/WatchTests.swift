import Determinism
import GuardProtocol
import NetworkTypes
import RaftTypes
import Testing

@testable import vipguard

@Suite("What a holder says and hears")
struct WatchTests {
  /// The instants of announcements since the claim, in milliseconds, while the lease is renewed.
  private func announcements(_ bench: Bench, during span: TimeSpan) throws -> [UInt64] {
    let start = bench.machine.clock
    var times: [UInt64] = []
    while bench.machine.clock < start + span {
      for reply in try bench.pass(Sample.ms(50)) + bench.renew(1, for: Sample.ms(300)) {
        if case .announced(_, let at) = reply { times.append(at.since(start).milliseconds) }
      }
    }
    return times
  }

  @Test("pitfall 62: announces at 0, 50 ms, 1.1, 2 and 5 s, then every 30 s")
  func schedule() throws {
    let bench = try Bench()
    _ = try bench.claim(1, for: Sample.ms(300))
    let times = try announcements(bench, during: .seconds(70)).map { $0 - 5 }
    #expect(times == [0, 50, 1100, 2000, 5000, 35_000, 65_000])
  }

  @Test("announces on demand, in its own term only, and keeps to its schedule")
  func onDemand() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    let at = bench.machine.clock
    #expect(try bench.keeper.receive(.announce(Term(1))) == [.announced(Term(1), at: at)])
    #expect(try bench.keeper.receive(.announce(Term(2))).isEmpty)
    #expect(bench.keeper.holding?.announceAt == at + Sample.ms(50))
  }

  @Test("announces when the carrier comes back; without a lease it tells nobody but kvnode")
  func carrierBack() throws {
    let bench = try Bench()
    #expect(try bench.keeper.notice(.carrierBack(interface: "eth0")) == [.carrier(true)])
    try bench.hold(1, for: Sample.ms(300))
    #expect(try bench.keeper.notice(.carrierBack(interface: "eth1")).isEmpty)
    #expect(try bench.keeper.notice(.carrierBack(interface: "eth0")).count == 2)
    #expect(bench.machine.take() == [.announced])
  }

  @Test("pitfall 66: a carrier that is lost ends the lease; another interface's does not")
  func carrierLost() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    #expect(try bench.keeper.notice(.carrierLost(interface: "eth1")).isEmpty)
    #expect(
      try bench.keeper.notice(.carrierLost(interface: "eth0")) == [
        .lost(Term(1), .carrier), .carrier(false),
      ])
    #expect(bench.machine.take() == [.shut, .removed])
  }

  @Test("an interface that is gone ends the lease and asks for a new hello")
  func interfaceGone() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    #expect(
      try bench.keeper.notice(.interfaceGone("eth0"))
        == [.lost(Term(1), .carrier), .unusable("the interface eth0 is gone")])
  }

  @Test("an address that somebody removes is put back and announced; the third time it is given up")
  func removed() throws {
    let bench = try Bench()
    try bench.hold(1, for: .seconds(10))
    let event = MachineEvent.addressRemoved(try Sample.place().address)
    for _ in 0..<Limits.reassertions {
      bench.machine.lose()
      #expect(!bench.machine.isServing)
      _ = try bench.keeper.notice(event)
      #expect(bench.machine.isServing)
      #expect(bench.machine.take() == [.kept, .announced])
    }
    bench.machine.lose()
    #expect(try bench.keeper.notice(event) == [.lost(Term(1), .deleted)])
  }

  @Test("an address that is removed after the lease is not put back")
  func removedLate() throws {
    let bench = try Bench()
    try bench.hold(1, for: Sample.ms(300))
    bench.machine.wait(.seconds(3))
    let event = MachineEvent.addressRemoved(try Sample.place().address)
    #expect(try bench.keeper.notice(event) == [.lost(Term(1), .expired)])
    #expect(!bench.machine.take().contains(.kept))
    #expect(try bench.keeper.notice(event).isEmpty)
  }

  @Test("a stranger is found within half a second, by asking")
  func asks() throws {
    let bench = try Bench()
    try bench.hold(1, for: .seconds(10))
    _ = try bench.pass(.seconds(5))
    #expect(bench.machine.take().filter { $0 == .probed }.count == 12)
  }

  @Test("pitfall 70: a stranger raises an alarm a second, and one defence in ten: no fight")
  func stranger() throws {
    let bench = try Bench()
    try bench.hold(1, for: .seconds(60))
    let (address, hardware) = (try Sample.place().address, try Sample.hardware(9))
    var (alarms, defences) = (0, 0)
    for _ in 0..<2000 {
      let replies = try bench.keeper.notice(.claimed(address, by: hardware))
      alarms += replies.filter { $0 == .conflict(address, hardware) }.count
      defences += bench.machine.take().count { $0 == .announced }
      bench.machine.wait(Sample.ms(10))
      _ = try bench.renew(1, for: .seconds(60))
    }
    #expect(alarms == 20 && defences == 2)
    #expect(bench.machine.isServing)
  }

  @Test("another stranger raises his own alarm at once")
  func strangers() throws {
    let bench = try Bench()
    try bench.hold(1, for: .seconds(60))
    let address = try Sample.place().address
    for number in UInt8(1)...4 {
      let hardware = try Sample.hardware(number)
      let replies = try bench.keeper.notice(.claimed(address, by: hardware))
      #expect(replies.first == .conflict(address, hardware))
    }
  }

  @Test("who does not hold the address hears the holder's frames and stays silent")
  func follower() throws {
    let bench = try Bench()
    let event = MachineEvent.claimed(try Sample.place().address, by: try Sample.hardware(9))
    for _ in 0..<10 { #expect(try bench.keeper.notice(event).isEmpty) }
    #expect(bench.machine.take().isEmpty)
  }

  @Test("tickles for the holder only")
  func tickles() throws {
    let bench = try Bench()
    let remote = try #require(IPAddress("10.77.0.200"))
    let flow = Flow(
      local: try Sample.place().address, localPort: 7379, remote: remote, remotePort: 9)
    _ = try bench.keeper.receive(.tickle([flow]))
    #expect(bench.machine.take().isEmpty)
    try bench.hold(1, for: Sample.ms(300))
    _ = try bench.keeper.receive(.tickle([flow, flow]))
    _ = try bench.keeper.pass()
    #expect(bench.machine.take() == [.tickled(2)])
  }

  @Test("a thousand tickles are no burden to a renewal, and none is left for a later hold")
  func manyTickles() throws {
    let bench = try Bench()
    let remote = try #require(IPAddress("10.77.0.200"))
    let flows = try (1...1000).map { port in
      Flow(
        local: try Sample.place().address, localPort: 7379, remote: remote, remotePort: port)
    }
    try bench.hold(1, for: Sample.ms(300))
    _ = bench.machine.take()
    _ = try bench.keeper.receive(.tickle(flows))
    #expect(bench.machine.take().isEmpty, "kvnode's next message is read before any of it")
    var told = 0
    for _ in 0..<8 {
      #expect(bench.keeper.nextDeadline <= bench.machine.now())
      _ = try bench.keeper.pass()
      for case .tickled(let count) in bench.machine.take() {
        #expect(count <= 64)
        told += count
      }
    }
    #expect(told == 512)
    _ = try bench.keeper.receive(.release(Term(1)))
    try bench.hold(2, for: Sample.ms(300))
    _ = bench.machine.take()
    _ = try bench.keeper.pass()
    #expect(!bench.machine.take().contains { if case .tickled = $0 { true } else { false } })
  }
}

@Suite("A kvnode's first words")
struct WelcomeTests {
  @Test("are answered with the tier and the hardware address")
  func ready() throws {
    for tier in [GuardTier.gate, .lifetimeOnly("no nf_tables")] {
      let bench = try Bench(tier: tier, isGreeted: false)
      let standing = GuardStanding(tier: tier, hardware: try Sample.hardware(1))
      #expect(try bench.keeper.receive(.hello(Sample.hello())) == [.ready([standing])])
    }
  }

  @Test("that cannot be granted are refused with the reason, and nothing stays")
  func unusable() throws {
    let bench = try Bench(isGreeted: false)
    bench.machine.unprepared = MachineFault("no interface is called eth0")
    #expect(
      try bench.keeper.receive(.hello(Sample.hello()))
        == [.unusable("no interface is called eth0")])
    #expect(bench.machine.take() == [.dismantled])
    bench.machine.unprepared = nil
    guard case .ready = try bench.keeper.receive(.hello(Sample.hello())).first else {
      Issue.record("the next kvnode is not welcome")
      return
    }
  }

  @Test("must be a hello, and only one")
  func protocolOrder() throws {
    let bench = try Bench(isGreeted: false)
    let early = try bench.keeper.receive(.claim(Term(1), until: .distantFuture))
    #expect(early == [.unusable("a request came before the hello")])
    _ = try bench.keeper.receive(.hello(Sample.hello()))
    #expect(try bench.keeper.receive(.hello(Sample.hello())) == [.unusable("a second hello")])
  }
}
