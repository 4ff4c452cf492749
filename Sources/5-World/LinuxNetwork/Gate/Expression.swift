/// One step of an nf_tables rule: a name and its attributes (linux/netfilter/nf_tables.h, `enum
/// nft_expr_attributes`). All numbers are in network order; every value goes through register 1.
struct Expression {
  private static let register: [UInt8] = ByteOrder.network(UInt32(1))  // NFT_REG_1

  /// What a rule can ask about a packet's surroundings (`enum nft_meta_keys`).
  enum Meta: UInt32 {
    case protocolNumber = 1  // NFT_META_PROTOCOL: the Ethernet type
    case transport = 16  // NFT_META_L4PROTO
    case wallClock = 30  // NFT_META_TIME_NS, kernel 5.4
  }

  /// `enum nft_payload_bases`.
  enum Header: UInt32 {
    case network = 1
    case transport = 2
  }

  /// `enum nft_cmp_ops`. Values compare as bytes, so numbers must be in network order.
  enum Comparison: UInt32 {
    case equal = 0
    case unequal = 1
    case atLeast = 5
  }

  let name: String
  private let attributes: [(type: UInt16, value: Value)]

  private enum Value {
    case bytes([UInt8])
    case nest([(type: UInt16, value: Value)])
  }

  private init(_ name: String, _ attributes: [(type: UInt16, value: Value)]) {
    self.name = name
    self.attributes = attributes
  }

  static func load(_ meta: Meta) -> Expression {
    Expression("meta", [(1, .bytes(register)), (2, number(meta.rawValue))])
  }

  static func load(_ header: Header, offset: Int, count: Int) -> Expression {
    Expression(
      "payload",
      [
        (1, .bytes(register)), (2, number(header.rawValue)), (3, number(UInt32(offset))),
        (4, number(UInt32(count))),
      ])
  }

  /// The rule goes on only if the register compares so with `value`.
  static func compare(_ comparison: Comparison, _ value: [UInt8]) -> Expression {
    Expression(
      "cmp",
      [(1, .bytes(register)), (2, number(comparison.rawValue)), (3, .nest([(1, .bytes(value))]))])
  }

  /// The rule goes on only if the register is no element of the set, which the same batch added
  /// as its number `id`.
  static func absent(from set: String, id: UInt32) -> Expression {
    let inverted: UInt32 = 1  // NFT_LOOKUP_F_INV
    return Expression(
      "lookup", [(1, text(set)), (2, .bytes(register)), (4, number(id)), (5, number(inverted))])
  }

  /// Turns the eight bytes of the register from the host's order into the network's.
  static let hostToNetwork = Expression(
    "byteorder",
    [
      (1, .bytes(register)), (2, .bytes(register)), (3, number(1)), (4, number(8)), (5, number(8)),
    ])

  /// Counts the packets that come so far, for whoever reads the ruleset.
  static let count = Expression("counter", [])

  static let drop = verdict(0, to: nil)  // NF_DROP

  static func go(to chain: String) -> Expression { verdict(-4, to: chain) }  // NFT_GOTO

  private static func verdict(_ code: Int32, to chain: String?) -> Expression {
    var verdict: [(type: UInt16, value: Value)] = [(1, .bytes(ByteOrder.network(code)))]
    if let chain { verdict.append((2, text(chain))) }
    // Register 0 is the verdict's.
    return Expression("immediate", [(1, number(0)), (2, .nest([(2, .nest(verdict))]))])
  }

  private static func number(_ value: UInt32) -> Value { .bytes(ByteOrder.network(value)) }
  private static func text(_ value: String) -> Value { .bytes(Array(value.utf8) + [0]) }

  /// NFTA_LIST_ELEM with NFTA_EXPR_NAME and NFTA_EXPR_DATA.
  func write(into message: inout NetlinkMessage) {
    message.nest(1) { element in
      element.attribute(1, name)
      element.nest(2) { Self.write(attributes, into: &$0) }
    }
  }

  private static func write(
    _ attributes: [(type: UInt16, value: Value)], into message: inout NetlinkMessage
  ) {
    for (type, value) in attributes {
      switch value {
      case .bytes(let bytes): message.attribute(type, bytes)
      case .nest(let inner): message.nest(type) { write(inner, into: &$0) }
      }
    }
  }
}
