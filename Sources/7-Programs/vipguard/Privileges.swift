import CProcess
import Glibc

/// What this process may do, and gives up.
enum Privileges {
  /// Numbers of linux/capability.h.
  private static let netAdmin: UInt64 = 12
  private static let netRaw: UInt64 = 13
  private static let needed: UInt64 = 1 << netAdmin | 1 << netRaw

  /// Keeps CAP_NET_ADMIN and CAP_NET_RAW and nothing else, for ever.
  static func keepTwo() throws(SystemFault) {
    var held: UInt64 = 0
    let code = process_read_capabilities(&held)
    guard code == 0 else { throw SystemFault("capget", code: code) }
    for (bit, name) in [(netAdmin, "CAP_NET_ADMIN"), (netRaw, "CAP_NET_RAW")]
    where held >> bit & 1 == 0 {
      throw SystemFault(
        sentence: "\(name) is missing: start vipguard as root, or by its systemd unit")
    }
    for code in [process_keep_capabilities(needed), process_forbid_privileges()] where code != 0 {
      throw SystemFault("cannot give privileges up", code: code)
    }
  }
}
