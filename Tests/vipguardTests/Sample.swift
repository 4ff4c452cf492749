import Determinism
import GuardProtocol
import NetworkTypes
import RaftTypes
import Testing

@testable import vipguard

/// What the tests of the guard speak of.
enum Sample {
  static let address = "10.77.0.100"

  static func hardware(_ last: UInt8) throws -> HardwareAddress {
    try #require(HardwareAddress(bytes: [2, 0, 0, 0, 0, last]))
  }

  static func place(_ address: String = address) throws -> GuardHello.Place {
    .init(address: try #require(IPAddress(address)), interface: "eth0")
  }

  static func hello(
    cluster: UInt64 = 1, _ addresses: [String] = [address], lifetime: UInt8 = 2
  ) throws -> GuardHello {
    GuardHello(
      cluster: ClusterID(cluster, epoch: 1), node: NodeID(1), places: try addresses.map(place),
      lifetimeSeconds: lifetime, port: 7379)
  }

  static func ms(_ count: UInt64) -> TimeSpan { .milliseconds(count) }
}

/// A keeper with its machine, and the short words that tests use.
struct Bench {
  let machine: FakeMachine
  let keeper: Keeper<FakeMachine>

  /// Greeted, unless told otherwise.
  init(
    tier: GuardTier = .gate, hello: GuardHello? = nil, isGreeted: Bool = true
  ) throws {
    machine = try FakeMachine(tier: tier)
    keeper = Keeper(kernel: machine)
    if isGreeted {
      let replies = try keeper.receive(.hello(hello ?? Sample.hello()))
      guard case .ready = replies.first else {
        Issue.record("no welcome: \(replies)")
        return
      }
      _ = machine.take()
    }
  }

  func claim(_ term: UInt64, for span: TimeSpan) throws -> [GuardReply] {
    try keeper.receive(.claim(Term(term), until: machine.clock + span))
  }

  func renew(_ term: UInt64, for span: TimeSpan) throws -> [GuardReply] {
    try keeper.receive(.renew(Term(term), until: machine.clock + span))
  }

  /// Lets time pass in small steps, doing what is due; what was said meanwhile.
  func pass(_ span: TimeSpan) throws -> [GuardReply] {
    let end = machine.clock + span
    var replies: [GuardReply] = []
    while true {
      let next = min(max(keeper.nextDeadline, machine.clock), end)
      machine.clock = next
      if keeper.nextDeadline <= machine.clock { replies += try keeper.pass() }
      if machine.clock >= end { return replies }
    }
  }

  /// Claims, and waits until the claim is granted.
  func hold(_ term: UInt64, for span: TimeSpan) throws {
    let replies = try claim(term, for: span) + pass(Limits.answer)
    #expect(replies.contains(.claimed(Term(term))))
    _ = machine.take()
  }
}
