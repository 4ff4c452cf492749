import Determinism
import GuardProtocol
import NetworkTypes

@testable import vipguard

/// A kernel in memory with a clock that tests turn: gates that shut by themselves, addresses that
/// expire, and a list of what was done.
final class FakeMachine: Machine {
  enum Deed: Hashable {
    case prepared, dismantled, kept, removed, opened, shut, announced, probed, reset, spoken
    case tickled(Int)
  }

  var clock = Instant(nanoseconds: 1_000_000_000)
  private(set) var deeds: [Deed] = []
  /// Until when the gate is open; nil: shut.
  private(set) var openUntil: Instant?
  /// Until when the kernel keeps the address; nil: it is not there.
  private(set) var keptUntil: Instant?
  private var lifetime = TimeSpan.zero

  // What the test makes go wrong.
  var standing: GuardStanding
  var unprepared: MachineFault?
  var carrier = true
  var failing: Set<Deed> = []
  /// The next call that opens the gate takes so long.
  var openingTakes = TimeSpan.zero

  init(tier: GuardTier = .gate) throws {
    standing = GuardStanding(tier: tier, hardware: try Sample.hardware(1))
  }

  func now() -> Instant { clock }

  /// Lets time pass.
  func wait(_ span: TimeSpan) { clock = clock + span }

  /// Whether the address can be reached through this host.
  var isServing: Bool {
    guard let keptUntil, clock < keptUntil else { return false }
    guard standing.tier == .gate else { return true }
    return openUntil.map { clock < $0 } ?? false
  }

  /// Takes the list of deeds, and begins a new one.
  func take() -> [Deed] {
    defer { deeds = [] }
    return deeds
  }

  /// Somebody else removes the address.
  func lose() { keptUntil = nil }

  func prepare(
    _ place: GuardHello.Place, for hello: GuardHello
  ) throws(MachineFault) -> GuardStanding {
    if let unprepared { throw unprepared }
    lifetime = .seconds(UInt64(hello.lifetimeSeconds))
    deeds.append(.prepared)
    return standing
  }

  func dismantle() {
    deeds.append(.dismantled)
    openUntil = nil
    keptUntil = nil
  }

  func hasCarrier(_ place: GuardHello.Place) -> Bool { carrier }

  func keep(_ place: GuardHello.Place) throws(MachineFault) {
    try attempt(.kept)
    keptUntil = clock + lifetime
  }

  func remove(_ place: GuardHello.Place) throws(MachineFault) {
    try attempt(.removed)
    keptUntil = nil
  }

  func open(_ place: GuardHello.Place, until: Instant) throws(MachineFault) -> Bool {
    try attempt(.opened)
    clock = clock + openingTakes
    // Where there is no gate nothing says no.
    guard standing.tier == .gate else { return true }
    openUntil = clock < until ? until : nil
    return clock < until
  }

  func shut(_ place: GuardHello.Place) throws(MachineFault) {
    try attempt(.shut)
    openUntil = nil
  }

  func announce(_ place: GuardHello.Place) { deeds.append(.announced) }
  func probe(_ place: GuardHello.Place) { deeds.append(.probed) }
  func resetConnections(of place: GuardHello.Place) { deeds.append(.reset) }
  private var will: [UInt8]?

  func keepLastWill(_ bytes: [UInt8]) { will = bytes }

  func speakLastWill() { if will != nil { deeds.append(.spoken) } }

  func forgetLastWill() { will = nil }

  func tickle(_ flows: [Flow]) { deeds.append(.tickled(flows.count)) }

  private func attempt(_ deed: Deed) throws(MachineFault) {
    deeds.append(deed)
    if failing.contains(deed) { throw MachineFault("no \(deed)") }
  }
}
