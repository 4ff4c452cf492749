import LinuxNetwork
import NetworkTypes

/// A host that has the address, and a shut gate before it.
final class Holder {
  let gate: Gate
  let lease: AddressLease

  /// The address stays for `seconds`.
  init(_ address: IPAddress, on host: Host, seconds: UInt32 = 60) throws {
    (gate, lease) = try host.inside {
      let interface = try NetworkInterface.named("eth0")
      let gate = try Gate(for: address, on: interface)
      try gate.install()
      let lease = try AddressLease(address, on: interface)
      try lease.renew(seconds: seconds)
      return (gate, lease)
    }
  }
}
