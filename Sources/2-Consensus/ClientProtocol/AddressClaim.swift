public import BinaryCodec
public import Determinism
public import RaftTypes

/// How the kernel ends a node's hold on the virtual IP when the node itself cannot.
public enum AddressTier: String, CaseIterable, Hashable, Sendable {
  /// The node never takes it.
  case none
  /// The socket of a process: it ends with the process, and no two can have it.
  case loopback
  /// The kernel's lifetime of an address: whole seconds.
  case lifetime
  /// A packet filter with a timeout: milliseconds.
  case gate
  /// An operator's program moves the address; whom it gives it to, it takes it from the others.
  case command

  /// The tier's number in the binary form, whatever the order of the cases.
  package var code: UInt8 {
    switch self {
    case .none: 0
    case .loopback: 1
    case .lifetime: 2
    case .gate: 3
    case .command: 4
    }
  }
}

extension AddressTier: Coded { static let codeName = "address tier" }

/// What a leader says of the virtual IP in the first entry of its term: it will take it, and for
/// how long it could have it still when nothing is heard of it any more.
public struct AddressClaim: BinaryCoded, Hashable, Sendable {
  public let node: NodeID
  public let tier: AddressTier
  /// For how long after a quorum's last word, by its own clock, the claimant may still answer for
  /// the address.
  public let linger: TimeSpan

  public init(node: NodeID, tier: AddressTier, linger: TimeSpan) {
    self.node = node
    self.tier = tier
    self.linger = linger
  }

  public var encodedSize: Int { 17 }

  public func write(to writer: inout ByteWriter) {
    writer.write(node.number)
    tier.write(to: &writer)
    writer.write(linger.nanoseconds)
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    node = NodeID(try reader.readUInt64())
    tier = try AddressTier(from: &reader)
    linger = TimeSpan(nanoseconds: try reader.readUInt64())
    guard linger <= Limits.linger else { throw .inconsistent("a claim that never ends") }
  }
}

/// What became of a claim, told by the claimant in an entry of the claim's own term.
public enum AddressDeed: BinaryCoded, Hashable, Sendable {
  /// The address was taken: every claim before it was over.
  case held
  /// It was given up, and will not be taken again in this term.
  case released

  public var encodedSize: Int { 1 }

  public func write(to writer: inout ByteWriter) {
    switch self {
    case .held: writer.write(UInt8(1))
    case .released: writer.write(UInt8(2))
    }
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    let code = try reader.readUInt8()
    switch code {
    case 1: self = .held
    case 2: self = .released
    default: throw .unknown("address deed", value: UInt64(code))
    }
  }
}
