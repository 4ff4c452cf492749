import Glibc
import NetworkTypes

extension HostReport {
  /// What bears on an address of this family.
  static func settings(for address: IPAddress, on interface: String) -> [Finding] {
    switch address.family {
    case .v4: [otherInterfaces(than: interface)]
    case .v6: [otherInterfaces(than: interface), isEnabled(on: interface)]
    }
  }

  /// Linux answers for any of its addresses on every interface (ip-sysctl, `arp_ignore`).
  private static func otherInterfaces(than interface: String) -> Finding {
    let subject = "other interfaces"
    let index = Int32(bitPattern: if_nametoindex(interface))
    guard let links = try? LinkState.all(by: NetlinkSocket(.route)) else {
      return .init(subject: subject, weight: .unknown, remark: "could not be listed")
    }
    let others = links.filter { $0.mayAnswer && $0.index != index }
    let names = others.compactMap { NetworkInterface.name(of: $0.index) }
    if names.isEmpty {
      return .init(subject: subject, weight: .good, remark: "none could answer for the address")
    }
    guard others.count < Limits.mostInterfaces else {
      return .init(
        subject: subject, weight: .caution,
        remark: "\(others.count) could answer for the address, more than one gate can watch: set "
          + "net.ipv4.conf.all.arp_ignore=1")
    }
    return .init(
      subject: subject, weight: .good,
      remark: "the gate stands on \(names.joined(separator: ", ")) too; one that is added later "
        + "counts from the next start of vipguard")
  }

  private static func isEnabled(on interface: String) -> Finding {
    let subject = "disable_ipv6"
    let path = "/proc/sys/net/ipv6/conf/\(interface)/disable_ipv6"
    return HostFile.number(path) == 0
      ? .init(subject: subject, weight: .good, remark: "IPv6 is enabled on \(interface)")
      : .init(
        subject: subject, weight: .fatal,
        remark: "IPv6 is disabled on \(interface): set net.ipv6.conf.\(interface).disable_ipv6=0")
  }

  /// What else configures addresses here, and may take ours away.
  static func manager(of interface: String) -> Finding {
    let subject = "interface manager"
    let index = if_nametoindex(interface)
    let state = HostFile.read("/run/systemd/netif/links/\(index)") ?? ""
    if state.contains("ADMIN_STATE=configured") {
      return .init(
        subject: subject, weight: .caution,
        remark:
          "systemd-networkd manages \(interface) and drops addresses it does not know when it "
          + "restarts: set KeepConfiguration=static there; a leader whose address goes puts it back"
      )
    }
    if access("/run/NetworkManager/devices/\(index)", F_OK) == 0,
      (HostFile.read("/run/NetworkManager/devices/\(index)") ?? "").contains("managed=true")
    {
      return .init(
        subject: subject, weight: .caution,
        remark: "NetworkManager manages \(interface) and may drop addresses that it does not know; "
          + "a leader whose address goes puts it back")
    }
    return .init(subject: subject, weight: .good, remark: "none that would remove addresses")
  }
}
