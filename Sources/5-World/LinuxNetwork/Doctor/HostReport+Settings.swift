import Glibc
import NetworkTypes

extension HostReport {
  /// The sysctls that bear on an address of this family.
  static func settings(for address: IPAddress, on interface: String) -> [Finding] {
    switch address.family {
    case .v4: [answersElsewhere(on: interface)]
    case .v6: [isEnabled(on: interface)]
    }
  }

  /// Linux answers ARP for any of its addresses on every interface (ip-sysctl, `arp_ignore`), and
  /// the gate stands on one.
  private static func answersElsewhere(on interface: String) -> Finding {
    let subject = "arp_ignore"
    let others = otherInterfaces(than: interface)
    if others.isEmpty {
      return .init(subject: subject, weight: .good, remark: "no other interface could answer")
    }
    let answering = others.filter { other in
      // The kernel takes the greater of the two.
      let values = ["all", other].map {
        HostFile.number("/proc/sys/net/ipv4/conf/\($0)/arp_ignore")
      }
      return values.allSatisfy { ($0 ?? 0) == 0 }
    }
    if answering.isEmpty {
      return .init(subject: subject, weight: .good, remark: "set on every other interface")
    }
    return .init(
      subject: subject, weight: .caution,
      remark: "\(answering.joined(separator: ", ")) would answer for the address, and no gate "
        + "stands there: set net.ipv4.conf.all.arp_ignore=1")
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

  /// Ethernet interfaces that are up, but for this one.
  private static func otherInterfaces(than interface: String) -> [String] {
    let own = Int32(bitPattern: if_nametoindex(interface))
    guard let socket = try? NetlinkSocket(.route),
      let replies = try? socket.dump(RouteMessages.listLinks(), "list interfaces")
    else { return [] }
    return replies.compactMap(LinkState.init)
      .filter { $0.isUp && $0.hardwareAddress != nil && $0.index != own }
      .compactMap { NetworkInterface.name(of: $0.index) }
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
