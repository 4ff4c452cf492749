import Determinism
import Glibc
package import NetworkTypes

/// What this host can do for a virtual address, and what stands in its way. Reads, and tries the
/// gate on the loopback interface with an address that nobody has; changes nothing else.
package struct HostReport: Hashable, Sendable {
  /// What ends a lease here when everything of ours is dead.
  package enum Tier: Hashable, Sendable {
    /// Milliseconds, in both directions.
    case gateAndLifetime
    /// Milliseconds, but what this host itself sends from the address is not held back.
    case ingressGateAndLifetime
    /// Whole seconds.
    case lifetimeOnly
    /// The capabilities to find out are missing: ask as root.
    case unknown
    /// The address cannot be held here.
    case none
  }

  /// One thing that was looked at.
  package struct Finding: Hashable, Sendable {
    /// How it bears on the address.
    package enum Weight: Hashable, Sendable {
      case good
      /// It works, but read the remark.
      case caution
      /// The address cannot be held here until this is changed.
      case fatal
      /// It could not be found out.
      case unknown
    }

    package let subject: String
    package let weight: Weight
    /// What was found and, if something is wrong, what to do.
    package let remark: String
  }

  package let tier: Tier
  package let findings: [Finding]

  /// Looks at the host for `address` on the interface called `interface`. Best asked as root.
  package init(for address: IPAddress, on interface: String) {
    let trial = GateTrial.run()
    var findings = [Self.kernel(), Self.capabilities(), trial.finding, Self.destruction()]
    findings += Self.link(interface) + Self.settings(for: address, on: interface)
    findings.append(Self.presence(of: address))
    findings.append(Self.manager(of: interface))
    self.findings = findings
    let isHopeless = findings.contains { $0.weight == .fatal }
    tier = isHopeless ? .none : trial.tier
  }

  private static func kernel() -> Finding {
    var name = utsname()
    guard uname(&name) == 0 else {
      return .init(subject: "kernel", weight: .unknown, remark: "uname(2) failed")
    }
    let release = withUnsafeBytes(of: &name.release) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .init(subject: "kernel", weight: .good, remark: "Linux \(release)")
  }

  private static func capabilities() -> Finding {
    // proc(5): CapEff is a mask in hexadecimal; linux/capability.h: NET_ADMIN is 12, NET_RAW 13.
    let line = HostFile.read("/proc/self/status")?.split(separator: "\n")
      .first { $0.hasPrefix("CapEff:") }
    let mask = line.flatMap { line in
      line.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0, radix: 16) }
    }
    guard let mask else {
      return .init(subject: "capabilities", weight: .unknown, remark: "/proc is not mounted")
    }
    let missing = [(12, "CAP_NET_ADMIN"), (13, "CAP_NET_RAW")]
      .filter { mask & 1 << $0.0 == 0 }.map(\.1)
    return missing.isEmpty
      ? .init(subject: "capabilities", weight: .good, remark: "CAP_NET_ADMIN and CAP_NET_RAW")
      : .init(
        subject: "capabilities", weight: .unknown,
        remark: "this process lacks \(missing.joined(separator: " and ")); vipguard needs both, "
          + "and so does a full report: ask as root")
  }

  /// SOCK_DESTROY of a socket that cannot exist says whether the kernel can do it at all.
  private static func destruction() -> Finding {
    let subject = "connection reset"
    do throws(NetworkFault) {
      let socket = try NetlinkSocket(.socketDiagnosis)
      try socket.request([SocketDiagnosis.destroyNothing()], "reset connections")
    } catch {
      switch error {
      case .refused(_, ENOENT):
        return .init(subject: subject, weight: .good, remark: "the kernel can (INET_DIAG_DESTROY)")
      case .unsupported:
        return .init(
          subject: subject, weight: .caution,
          remark: "the kernel was built without INET_DIAG_DESTROY: when the address moves, only "
            + "kvnode's own sockets are reset")
      case _: break
      }
    }
    return .init(subject: subject, weight: .unknown, remark: "could not be found out: ask as root")
  }

  private static func link(_ name: String) -> [Finding] {
    do throws(NetworkFault) {
      let interface = try NetworkInterface.named(name)
      let address = "Ethernet \(interface.hardwareAddress)"
      if !interface.isUp {
        return [
          .init(subject: name, weight: .caution, remark: "\(address), but down: ip link set up")
        ]
      }
      return [
        .init(
          subject: name, weight: interface.hasCarrier ? .good : .caution,
          remark: interface.hasCarrier ? address : "\(address), but without a carrier")
      ]
    } catch .noSuchInterface {
      return [.init(subject: name, weight: .fatal, remark: "no such interface: see ip link")]
    } catch .notEthernet {
      return [
        .init(subject: name, weight: .fatal, remark: "no Ethernet: nobody could be told of it")
      ]
    } catch {
      return [.init(subject: name, weight: .unknown, remark: "could not be looked at: \(error)")]
    }
  }

  private static func presence(of address: IPAddress) -> Finding {
    let subject = "\(address)"
    do throws(NetworkFault) {
      let entries = try ConfiguredAddress.all(of: address, by: NetlinkSocket(.route))
      guard let entry = entries.first else {
        return .init(subject: subject, weight: .good, remark: "not on this host now")
      }
      return entry.isOurs
        ? .init(subject: subject, weight: .good, remark: "on this host now, under a lease of ours")
        : .init(
          subject: subject, weight: .fatal,
          remark: "configured on interface \(entry.interface) by somebody else: remove it there")
    } catch {
      return .init(subject: subject, weight: .unknown, remark: "addresses cannot be listed")
    }
  }
}
