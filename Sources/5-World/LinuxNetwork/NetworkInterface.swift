import Glibc
package import NetworkTypes

/// A network interface as it was when it was looked up.
package struct NetworkInterface: Hashable, Sendable {
  /// What the kernel calls it; stays the same when the interface is renamed.
  package let index: Int32
  package let name: String
  /// Six bytes: other links carry no ARP and no ND.
  package let hardwareAddress: HardwareAddress
  /// Switched on by the administrator (IFF_UP).
  package let isUp: Bool
  /// The cable, or the other end of the pair, is there (IFF_LOWER_UP).
  package let hasCarrier: Bool

  /// Looks the interface up. Throws `noSuchInterface` or `notEthernet`.
  package static func named(_ name: String) throws(NetworkFault) -> NetworkInterface {
    let index = if_nametoindex(name)
    guard index != 0 else { throw .noSuchInterface(name) }
    guard
      let link = try LinkState.all(by: NetlinkSocket(.route)).first(where: { $0.index == index })
    else {
      throw .noSuchInterface(name)
    }
    guard let hardwareAddress = link.hardwareAddress else { throw .notEthernet(name) }
    return NetworkInterface(
      index: Int32(index), name: name, hardwareAddress: hardwareAddress, isUp: link.isUp,
      hasCarrier: link.hasCarrier)
  }

  /// The loopback interface, where the gate can be tried without guarding anything.
  static func loopback() throws(NetworkFault) -> NetworkInterface {
    let index = if_nametoindex("lo")
    guard index != 0, let nobody = HardwareAddress(bytes: [0, 0, 0, 0, 0, 0] as [UInt8]) else {
      throw .noSuchInterface("lo")
    }
    return NetworkInterface(
      index: Int32(index), name: "lo", hardwareAddress: nobody, isUp: true, hasCarrier: true)
  }

  /// The name of the interface with this index, nil when it is gone.
  package static func name(of index: Int32) -> String? {
    var name = [UInt8](repeating: 0, count: Int(IF_NAMESIZE))
    let isFound = name.withUnsafeMutableBytes {
      if_indextoname(UInt32(bitPattern: index), $0.baseAddress?.assumingMemoryBound(to: CChar.self))
    }
    return isFound == nil ? nil : String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
  }
}
