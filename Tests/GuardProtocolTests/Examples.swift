import BinaryCodec
import Determinism
import GuardProtocol
import NetworkTypes
import RaftTypes

/// Messages drawn by dice.
struct Examples {
  var dice: Dice

  init(seed: UInt64) { dice = Dice(seed: seed) }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
  }

  mutating func address(_ count: Int? = nil) -> IPAddress {
    let count = count ?? (dice.chance(1, in: 2) ? 4 : 16)
    return IPAddress(bytes: bytes(count)) ?? .unspecified(.v4)
  }

  mutating func hardware() throws -> HardwareAddress {
    guard let address = HardwareAddress(bytes: bytes(6)) else { throw DecodingFault.trailing(0) }
    return address
  }

  mutating func term() -> Term { Term(dice.next() >> dice.below(64)) }

  mutating func instant() -> Instant { Instant(nanoseconds: dice.next()) }

  mutating func sentence() -> String { String(repeating: "ü", count: Int(dice.below(200))) }

  mutating func hello() -> GuardHello {
    var places: [GuardHello.Place] = []
    for number in 0...dice.below(UInt64(Limits.addresses)) {
      places.append(.init(address: address(), interface: "eth\(number)"))
    }
    let span = Limits.lifetimeSeconds
    return GuardHello(
      cluster: ClusterID(dice.next(), epoch: dice.next()), node: NodeID(dice.next()),
      places: places, lifetimeSeconds: UInt8(dice.below(59)) + span.lowerBound,
      port: UInt16(dice.below(65_535)) + 1)
  }

  mutating func flow() -> Flow {
    let count = dice.chance(1, in: 2) ? 4 : 16
    return Flow(
      local: address(count), localPort: UInt16(truncatingIfNeeded: dice.next()),
      remote: address(count), remotePort: UInt16(truncatingIfNeeded: dice.next()))
  }

  mutating func request() -> GuardRequest {
    switch dice.below(8) {
    case 0: .hello(hello())
    case 1: .probe
    case 2: .claim(term(), until: instant())
    case 3: .renew(term(), until: instant())
    case 4: .release(term())
    case 5: .announce(term())
    case 6: .lastWill(Array(bytes(Int(dice.below(200)))))
    default: .tickle((0..<dice.below(9)).map { _ in flow() })
    }
  }

  mutating func reply() throws -> GuardReply {
    switch dice.below(9) {
    case 0:
      try .ready(
        (0...dice.below(UInt64(Limits.addresses) - 1)).map { _ in
          let tier: GuardTier = dice.chance(1, in: 2) ? .gate : .lifetimeOnly(sentence())
          return GuardStanding(tier: tier, hardware: try hardware())
        })
    case 1: .unusable(sentence())
    case 2: .claimed(term())
    case 3: .refused(term(), try refusal())
    case 4: .released(term())
    case 5: .lost(term(), [.carrier, .deleted, .expired][Int(dice.below(3))])
    case 6: .announced(term(), at: instant())
    case 7: .carrier(dice.chance(1, in: 2))
    default: .conflict(address(), try hardware())
    }
  }

  private mutating func refusal() throws -> GuardRefusal {
    switch dice.below(4) {
    case 0: .staleTerm(known: term())
    case 1: .late
    case 2: .conflict(try hardware())
    default: .unavailable(sentence())
    }
  }
}
