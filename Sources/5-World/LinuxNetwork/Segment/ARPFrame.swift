import NetworkTypes

/// An Ethernet frame with ARP for IPv4 in it (RFC 826; linux/if_ether.h, linux/if_arp.h).
struct ARPFrame: Equatable {
  enum Operation: UInt16 {
    case request = 1
    case reply = 2
  }

  static let etherType: UInt16 = 0x0806
  static let byteCount = 42
  /// Hardware type Ethernet, protocol IPv4, six bytes and four.
  private static let kind: [UInt8] = [0, 1, 8, 0, 6, 4]
  private static let broadcast = [UInt8](repeating: 0xff, count: 6)
  private static let nobody = [UInt8](repeating: 0, count: 6)

  let operation: Operation
  let senderHardware: HardwareAddress
  let sender: IPAddress
  /// Zeros in a question.
  let targetHardware: [UInt8]
  let target: IPAddress

  /// RFC 5227 §2.3: everybody who knows the address learns that it is here; some stacks heed only
  /// the request, some only the reply.
  static func announcements(of address: IPAddress, at hardware: HardwareAddress) -> [ARPFrame] {
    [
      ARPFrame(
        operation: .request, senderHardware: hardware, sender: address, targetHardware: nobody,
        target: address),
      ARPFrame(
        operation: .reply, senderHardware: hardware, sender: address,
        targetHardware: hardware.bytes, target: address),
    ]
  }

  /// RFC 5227 §2.1.1: asks without a sender, so that nobody learns anything from the question.
  static func probe(for address: IPAddress, from hardware: HardwareAddress) -> ARPFrame {
    ARPFrame(
      operation: .request, senderHardware: hardware, sender: .unspecified(.v4),
      targetHardware: nobody, target: address)
  }

  /// The frame, to everybody on the segment.
  var bytes: [UInt8] {
    Self.broadcast + senderHardware.bytes + ByteOrder.network(Self.etherType) + Self.kind
      + ByteOrder.network(operation.rawValue) + senderHardware.bytes + sender.bytes
      + targetHardware + target.bytes
  }

  init(
    operation: Operation, senderHardware: HardwareAddress, sender: IPAddress,
    targetHardware: [UInt8], target: IPAddress
  ) {
    self.operation = operation
    self.senderHardware = senderHardware
    self.sender = sender
    self.targetHardware = targetHardware
    self.target = target
  }

  /// Nil for anything but ARP for IPv4 on Ethernet; padding behind it is no matter.
  init?(_ frame: [UInt8]) {
    guard frame.count >= Self.byteCount,
      ByteOrder.network(frame[...], at: 12) == Self.etherType,
      frame[14..<20].elementsEqual(Self.kind),
      let code = ByteOrder.network(frame[...], at: 20, as: UInt16.self),
      let operation = Operation(rawValue: code),
      let senderHardware = HardwareAddress(bytes: frame[22..<28]),
      let sender = IPAddress(bytes: frame[28..<32]), let target = IPAddress(bytes: frame[38..<42])
    else { return nil }
    self.init(
      operation: operation, senderHardware: senderHardware, sender: sender,
      targetHardware: Array(frame[32..<38]), target: target)
  }

  /// What it says about `address` to the host that has `ownHardware`; nil if nothing.
  func event(about address: IPAddress, to ownHardware: HardwareAddress) -> SegmentEvent? {
    if senderHardware == ownHardware { return nil }
    if sender == address { return .claimed(by: senderHardware) }
    guard operation == .request, target == address else { return nil }
    return sender.isUnspecified ? .probed(by: senderHardware) : .asked(by: senderHardware)
  }
}
