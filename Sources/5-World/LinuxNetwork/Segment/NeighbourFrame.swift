import NetworkTypes

/// An Ethernet frame with a neighbour solicitation or advertisement of IPv6 in it (RFC 4861 §4.3,
/// §4.4), without extension headers, which such messages do not bear in practice.
struct NeighbourFrame: Equatable {
  enum Kind: UInt8 {
    case solicitation = 135
    case advertisement = 136
  }

  static let etherType: UInt16 = 0x86dd
  /// Ethernet, IPv6, and the message up to its options.
  static let leastByteCount = 14 + 40 + 24
  private static let icmp: UInt8 = 58
  /// RFC 4861 §7.1: any router would have taken one off, so that 255 proves a neighbour.
  private static let hopLimit: UInt8 = 255
  private static let overrides: UInt8 = 0x20
  private static let targetOption: UInt8 = 2
  private static let allNodes: [UInt8] = [0xff, 0x02] + [UInt8](repeating: 0, count: 13) + [1]

  let kind: Kind
  /// Who speaks: the target's link-layer address if it says one, else the frame's sender.
  let hardware: HardwareAddress
  let source: IPAddress
  let target: IPAddress

  /// RFC 4861 §7.2.6: unsolicited, to all nodes, overriding what they knew.
  static func announcement(of address: IPAddress, at hardware: HardwareAddress) -> NeighbourFrame {
    NeighbourFrame(kind: .advertisement, hardware: hardware, source: address, target: address)
  }

  /// RFC 4862 §5.4.2: asks without a source, so that nobody learns anything from the question.
  static func probe(for address: IPAddress, from hardware: HardwareAddress) -> NeighbourFrame {
    NeighbourFrame(
      kind: .solicitation, hardware: hardware, source: .unspecified(.v6), target: address)
  }

  init(kind: Kind, hardware: HardwareAddress, source: IPAddress, target: IPAddress) {
    self.kind = kind
    self.hardware = hardware
    self.source = source
    self.target = target
  }

  /// The frame, to all nodes or to those that may have the target.
  var bytes: [UInt8] {
    let destination: [UInt8]
    var message: [UInt8]
    switch kind {
    case .advertisement:
      destination = Self.allNodes
      message =
        [kind.rawValue, 0, 0, 0, Self.overrides, 0, 0, 0] + target.bytes
        + [Self.targetOption, 1] + hardware.bytes
    case .solicitation:
      // RFC 4291 §2.7.1: the solicited-node group ends with the address' last 24 bits.
      destination =
        [0xff, 0x02] + [UInt8](repeating: 0, count: 9) + [1, 0xff] + target.bytes[13...]
      message = [kind.rawValue, 0, 0, 0, 0, 0, 0, 0] + target.bytes
    }
    let sum = InternetChecksum.ofSegment(
      message, protocolNumber: Self.icmp, source: source.bytes, destination: destination)
    message.replaceSubrange(2..<4, with: ByteOrder.network(sum))
    // RFC 2464 §7: the Ethernet group of an IPv6 group.
    return [0x33, 0x33] + destination[12...] + hardware.bytes + ByteOrder.network(Self.etherType)
      + [0x60, 0, 0, 0] + ByteOrder.network(UInt16(message.count)) + [Self.icmp, Self.hopLimit]
      + source.bytes + destination + message
  }

  /// Nil for anything else, and for what RFC 4861 §7.1 tells a receiver to ignore.
  init?(_ frame: [UInt8]) {
    guard frame.count >= Self.leastByteCount,
      ByteOrder.network(frame[...], at: 12) == Self.etherType, frame[20] == Self.icmp,
      frame[21] == Self.hopLimit, let kind = Kind(rawValue: frame[54]), frame[55] == 0,
      let length = ByteOrder.network(frame[...], at: 18, as: UInt16.self), length >= 24,
      frame.count >= 54 + Int(length), let sender = HardwareAddress(bytes: frame[6..<12]),
      let source = IPAddress(bytes: frame[22..<38]), let target = IPAddress(bytes: frame[62..<78])
    else { return nil }
    let message = frame[54..<54 + Int(length)]
    let sum = InternetChecksum.ofSegment(
      Array(message), protocolNumber: Self.icmp, source: source.bytes,
      destination: Array(frame[38..<54]))
    guard sum == 0 else { return nil }
    self.kind = kind
    self.source = source
    self.target = target
    hardware = Self.targetHardware(in: message.dropFirst(24)) ?? sender
  }

  private static func targetHardware(in options: ArraySlice<UInt8>) -> HardwareAddress? {
    var rest = options
    while let type = rest.first, let units = rest.dropFirst().first, units > 0,
      rest.count >= Int(units) * 8
    {
      if type == targetOption, units == 1 {
        return HardwareAddress(bytes: rest.dropFirst(2).prefix(6))
      }
      rest = rest.dropFirst(Int(units) * 8)
    }
    return nil
  }

  /// What it says about `address` to the host that has `ownHardware`; nil if nothing.
  func event(about address: IPAddress, to ownHardware: HardwareAddress) -> SegmentEvent? {
    guard target == address, hardware != ownHardware else { return nil }
    switch kind {
    case .advertisement: return .claimed(by: hardware)
    case .solicitation:
      return source.isUnspecified ? .probed(by: hardware) : .asked(by: hardware)
    }
  }
}
