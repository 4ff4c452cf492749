import Glibc
import GuardProtocol
import LinuxNetwork
import NetworkTypes

/// What would make every claim fail, found before the first.
enum HostCheck {
  /// Throws when the address cannot be held here.
  static func pass(_ place: GuardHello.Place) throws(NetworkFault) {
    if let interface = carrier(of: place.address) { throw .addressTaken(interface: interface) }
    if place.address.family == .v6, isIPv6Disabled(on: place.interface) {
      throw .unsupported(
        "use IPv6 on \(place.interface): set net.ipv6.conf.\(place.interface).disable_ipv6 to 0")
    }
  }

  /// The interface that the address is configured on, if any (getifaddrs(3)).
  private static func carrier(of address: IPAddress) -> Int32? {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return nil }
    defer { freeifaddrs(first) }
    var next = first
    while let entry = next?.pointee {
      next = entry.ifa_next
      guard let socketAddress = entry.ifa_addr, bytes(of: socketAddress) == address.bytes else {
        continue
      }
      return Int32(bitPattern: if_nametoindex(entry.ifa_name))
    }
    return nil
  }

  private static func bytes(of address: UnsafeMutablePointer<sockaddr>) -> [UInt8] {
    let raw = UnsafeMutableRawPointer(address)
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      return withUnsafeBytes(of: raw.load(as: sockaddr_in.self).sin_addr) { Array($0) }
    case AF_INET6:
      return withUnsafeBytes(of: raw.load(as: sockaddr_in6.self).sin6_addr) { Array($0) }
    case _: return []
    }
  }

  private static func isIPv6Disabled(on interface: String) -> Bool {
    let file = open("/proc/sys/net/ipv6/conf/\(interface)/disable_ipv6", O_RDONLY | O_CLOEXEC)
    // A kernel without IPv6 has no such file; an interface that is missing is named elsewhere.
    guard file >= 0 else { return access("/proc/sys/net/ipv6", F_OK) != 0 }
    defer { close(file) }
    var byte: UInt8 = 0
    return read(file, &byte, 1) == 1 && byte != UInt8(ascii: "0")
  }
}
