import ClientProtocol
import Determinism
import GuardProtocol
import HTTPAPI
import Logging
import NIOCore
import RaftCore
import RaftTypes
import VirtualIP
import WriteAheadLog

extension VirtualAddress {
  /// What performs the policy's wishes in this mode.
  func table(
    for identity: DiskIdentity, times settings: Settings, server: HTTPServer,
    on loop: any EventLoop, seed: UInt64, log: Logger
  ) throws -> any NodeAddress {
    switch self {
    case .none: return try LoopbackAddress(nil, server: server, on: loop, log: log)
    case .loopback(let endpoint):
      return try LoopbackAddress(endpoint, server: server, on: loop, log: log)
    case .interface(let plan, let interface, let path):
      let hello = GuardHello(
        cluster: identity.cluster, node: identity.node,
        places: plan.addresses.map { .init(address: $0, interface: interface) },
        lifetimeSeconds: Self.lifetime(settings), port: plan.port)
      return GuardedAddress(
        hello, guardSocket: path, times: settings, server: server, on: loop, seed: seed, log: log)
    case .command(let plan, let program):
      return HookedAddress(plan, program: program, server: server, on: loop, log: log)
    }
  }

  /// On what terms this node claims the address before its guard has spoken: nil for never. What
  /// the guard then says may be worse.
  func terms(_ settings: Settings) -> AddressTerms? {
    let tier: AddressTier
    switch self {
    case .none: return nil
    case .loopback: tier = .loopback
    case .interface: tier = .gate
    case .command: tier = .command
    }
    return Self.terms(tier, settings)
  }

  /// The terms of a tier under these times.
  static func terms(_ tier: AddressTier, _ settings: Settings) -> AddressTerms {
    AddressTerms(
      tier, electionLeast: settings.electionLeast,
      lifetime: .seconds(UInt64(lifetime(settings))))
  }

  /// N: how long the kernel keeps the address without a renewal, in whole seconds.
  ///
  /// The guard renews it at the first round after N/3, and a lease lasts no longer than E: were N
  /// below 3/2 E, the address could go while its lease is valid.
  static func lifetime(_ settings: Settings) -> UInt8 {
    let least = settings.electionLeast * 3 / 2
    let seconds = (least.nanoseconds + 999_999_999) / 1_000_000_000
    let limits = GuardProtocol.Limits.lifetimeSeconds
    return min(max(UInt8(clamping: seconds), limits.lowerBound), limits.upperBound)
  }
}
