import Determinism
import NetworkTypes

/// Whether the kernel can build the gate: by building one where it guards nothing.
enum GateTrial {
  /// RFC 5737: an address of documentation, which nobody has.
  private static let nobody = IPAddress(bytes: [192, 0, 2, 1] as [UInt8])

  static func run() -> (tier: HostReport.Tier, finding: HostReport.Finding) {
    do throws(NetworkFault) {
      let (guardsEgress, slop) = try build()
      let cost = "shuts \(slop.milliseconds) ms before the end of a lease"
      return guardsEgress
        ? (
          .gateAndLifetime,
          .init(subject: "gate", weight: .good, remark: "nf_tables, both directions; \(cost)")
        )
        : (
          .ingressGateAndLifetime,
          .init(
            subject: "gate", weight: .caution,
            remark: "nf_tables, ingress only (egress needs Linux 5.16): what this host sends from "
              + "the address is not held back; \(cost)")
        )
    } catch {
      switch error {
      case .notPermitted:
        return (
          .unknown,
          .init(subject: "gate", weight: .unknown, remark: "only root can try: ask as root")
        )
      case _:
        return (
          .lifetimeOnly,
          .init(
            subject: "gate", weight: .caution,
            remark: "this kernel cannot build it (\(error)): a lease ends in whole seconds, and a "
              + "successor waits for them; nf_tables with its netdev family is needed")
        )
      }
    }
  }

  private static func build() throws(NetworkFault) -> (guardsEgress: Bool, slop: TimeSpan) {
    guard let nobody else { throw .unsupported("address of documentation") }
    let gate = try Gate(for: nobody, on: .loopback(), clocks: GateOpening.Reading.now)
    defer { try? gate.uninstall() }
    try gate.install()
    guard try gate.open(until: BootClock.now() + .seconds(1)) else {
      throw .unsupported("open the gate for a second: this host is too slow")
    }
    return (gate.guardsEgress, gate.slop)
  }
}
