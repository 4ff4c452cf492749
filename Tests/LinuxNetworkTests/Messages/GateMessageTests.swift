import Determinism
import NetworkTypes
import Testing

@testable import LinuxNetwork

@Suite("Gate messages")
struct GateMessageTests {
  private let vip: IPAddress
  private let vip6: IPAddress
  private let rules: GateRules
  private let rules6: GateRules

  init() throws {
    vip = try #require(IPAddress("10.77.0.100"))
    vip6 = try #require(IPAddress("fd77::100"))
    rules = GateRules(address: vip, interfaces: ["eth1", "eth0"])
    rules6 = GateRules(address: vip6, interfaces: ["eth0"])
  }

  /// The messages of a batch that are about one table, as trees. Names that the captures do not
  /// share are left out: the table's (1), a chain's (3, or 2 in a rule).
  private func trees(_ batch: TableBatch, leavingOut: [[UInt16]] = []) -> [MessageTree] {
    batch.messages.compactMap {
      MessageTree($0.sealed(1), headerLength: 4, leavingOut: leavingOut)
    }
  }

  private func rule(_ capture: [UInt8]) -> MessageTree? {
    MessageTree(capture, headerLength: 4, leavingOut: [[1], [2]])
  }

  @Test("the rules are those that nft itself makes of their text")
  func rulesAsOfNFT() {
    let trees = trees(rules.install(withEgress: true), leavingOut: [[1], [2]])
    let drops = [Captures.packetDrop, Captures.packetGoto, Captures.questionDrop]
    for capture in drops + [Captures.answerDrop] {
      #expect(rule(capture).map(trees.contains) == true, "\(String(describing: rule(capture)))")
    }
    let trees6 = self.trees(rules6.install(withEgress: true), leavingOut: [[1], [2]])
    for capture in [Captures.packetDrop6, Captures.packetGoto6, Captures.solicitationGoto] {
      #expect(rule(capture).map(trees6.contains) == true, "\(String(describing: rule(capture)))")
    }
  }

  @Test("a renewal flushes, adds and rewrites the deadline, as nft would in one transaction")
  func renewal() throws {
    let deadline: UInt64 = 1_795_255_200_000_000_000  // 2026-11-21 10:00:00 UTC
    let trees = trees(rules.open(GateOpening(timeout: 300, wallDeadline: deadline)))
    #expect(trees.count == 6)
    #expect(trees[1] == MessageTree(Captures.flushSet, headerLength: 4))
    // nft numbers the set within its transaction (NFTA_SET_ELEM_LIST_SET_ID).
    #expect(trees[2] == MessageTree(Captures.element, headerLength: 4, leavingOut: [[4]]))
    #expect(trees[3] == MessageTree(Captures.flushChain, headerLength: 4))
    #expect(trees[4] == MessageTree(Captures.deadline, headerLength: 4))
  }

  @Test("the chains stand where nft puts them")
  func chains() {
    let names: [[UInt16]] = [[1], [3]]
    let trees = trees(rules.install(withEgress: true), leavingOut: names)
    for capture in [Captures.ingress, Captures.egress] {
      let chain = MessageTree(capture, headerLength: 4, leavingOut: names)
      #expect(chain.map(trees.contains) == true, "\(String(describing: chain))")
    }
  }

  @Test("what is installed is shut in both its halves, as after shutting")
  func installedShut() throws {
    let installed = trees(rules.install(withEgress: true))
    let shut = trees(rules.shut())
    let deadline = try #require(shut.dropLast().last)
    #expect(installed.contains(deadline))
    let zero = trees(rules.open(GateOpening(timeout: 1, wallDeadline: 0)))
    #expect(zero.contains(deadline))
    let elements = rules.install(withEgress: true).messages.filter {
      ByteOrder.host($0.bytes[...], at: 4, as: UInt16.self) == 0x0a0c
    }
    #expect(elements.isEmpty)
  }

  @Test("every change asks for its acknowledgement, the brackets around them do not")
  func acknowledgements() {
    for batch in [rules.install(withEgress: true), rules.shut(), rules.uninstall()] {
      let asks = batch.messages.map(\.asksForAcknowledgement)
      #expect(asks.first == false && asks.last == false)
      #expect(asks.dropFirst().dropLast().allSatisfy { $0 })
    }
  }

  @Test("no table belongs to a socket: it would vanish with it, and the gate fail open")
  func owner() {
    let tables = rules.install(withEgress: true).messages.filter {
      ByteOrder.host($0.bytes[...], at: 4, as: UInt16.self) == 0x0a00
    }
    #expect(tables.count == 2)
    for table in tables {
      #expect(NetlinkReply.all(in: table.sealed(1))?.first?.attributes(after: 4).map(\.type) == [1])
    }
  }

  @Test("an address has a table of its own, whose name nft can say")
  func names() {
    #expect(rules.table == "quoin_0a4d0064")
    #expect(rules6.table == "quoin_fd770000000000000000000000000100")
  }
}

@Suite("Gate openings")
struct GateOpeningTests {
  private func reading(wall: UInt64 = 5_000_000_000, boot: UInt64) -> GateOpening.Reading {
    .init(wall: wall, boot: Instant(nanoseconds: boot))
  }

  @Test("neither of its two ends lies after the deadline without the slop")
  func ends() {
    var dice = Dice(seed: 4)
    for _ in 0..<10_000 {
      let boot = dice.below(1_000_000_000)
      let deadline = Instant(nanoseconds: dice.below(2_000_000_000))
      let slop = TimeSpan(nanoseconds: dice.below(50_000_000))
      let reading = reading(boot: boot)
      let left = Int64(deadline.nanoseconds) - Int64(slop.nanoseconds) - Int64(boot)
      let opening = GateOpening(until: deadline, at: reading, slop: slop)
      guard let opening else {
        #expect(left < 1_000_000)
        continue
      }
      #expect(Int64(opening.timeout) == left / 1_000_000)
      #expect(opening.wallDeadline - reading.wall == opening.timeout * 1_000_000)
    }
  }

  @Test("a deadline in the past opens nothing")
  func past() {
    let opening = GateOpening(
      until: Instant(nanoseconds: 1), at: reading(boot: 9_000_000_000), slop: .zero)
    #expect(opening == nil)
  }

  @Test("no opening lasts longer than its limit, whatever the deadline")
  func endless() {
    let opening = GateOpening(until: .distantFuture, at: reading(boot: 0), slop: .zero)
    #expect(opening?.timeout == Limits.longestOpening.milliseconds)
  }

  @Test("of two readings the wall's is taken first, so that a freeze between them only shortens")
  func order() {
    // What `now()` would see after a freeze of 100 ms between its two readings.
    let frozen = GateOpening.Reading(
      wall: 5_000_000_000, boot: Instant(nanoseconds: 1_100_000_000))
    let opening = GateOpening(
      until: Instant(nanoseconds: 1_300_000_000), at: frozen, slop: .zero)
    #expect(opening?.wallDeadline == 5_200_000_000)
  }
}

@Suite("Call times")
struct CallTimeTests {
  @Test("one stall among a thousand calls counts until they are a thousand, then no more")
  func percentile() {
    var times = CallTimes()
    #expect(times.allowance == .zero)
    times.record(.milliseconds(7))
    for _ in 0..<998 { times.record(.microseconds(80)) }
    #expect(times.allowance == .milliseconds(7))
    times.record(.microseconds(80))
    #expect(times.allowance == .microseconds(80))
  }

  @Test("two stalls among a thousand calls count, and are forgotten after a thousand more")
  func forgetting() {
    var times = CallTimes()
    for _ in 0..<998 { times.record(.microseconds(80)) }
    times.record(.milliseconds(5))
    times.record(.milliseconds(6))
    #expect(times.allowance == .milliseconds(5))
    for _ in 0..<1000 { times.record(.microseconds(90)) }
    #expect(times.allowance == .microseconds(90))
  }

  @Test("no stall is allowed for beyond the limit")
  func bound() {
    var times = CallTimes()
    times.record(.seconds(3))
    #expect(times.allowance == Limits.mostCallAllowance)
  }
}
