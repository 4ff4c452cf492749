/// Changes to one table of nf_tables' netdev family that take effect together or not at all
/// (linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h).
struct TableBatch {
  /// Where on an interface a chain listens (linux/netfilter.h, `enum nf_dev_hooks`).
  enum Hook: UInt32 {
    case ingress = 0
    case egress = 1  // kernel 5.16
  }

  let table: String
  private var body: [NetlinkMessage] = []

  init(_ table: String) { self.table = table }

  /// What to send: NFNL_MSG_BATCH_BEGIN (16), the changes, NFNL_MSG_BATCH_END (17).
  var messages: [NetlinkMessage] {
    // struct nfgenmsg: family, version 0, and the subsystem, NFNL_SUBSYS_NFTABLES.
    let header: [UInt8] = [0, 0] + ByteOrder.network(UInt16(10))
    return [NetlinkMessage(16, [], header: header)] + body
      + [NetlinkMessage(17, [], header: header)]
  }

  /// NFT_MSG_NEWTABLE: without NLM_F_EXCL one that exists stays as it is. Never with the flag
  /// `owner`: such a table vanishes with its socket, and the gate would fail open.
  mutating func addTable() {
    change(0, .create)
  }

  /// NFT_MSG_DELTABLE, with all that is in it.
  mutating func deleteTable() {
    change(2, [])
  }

  /// NFT_MSG_NEWSET: elements of `keyLength` bytes that may time out. `id` is unique in the batch.
  mutating func addSet(_ name: String, id: UInt32, keyType: UInt32, keyLength: Int) {
    change(9, .create) {
      $0.attribute(2, name)
      $0.attribute(3, ByteOrder.network(UInt32(0x10)))  // NFTA_SET_FLAGS: NFT_SET_TIMEOUT
      $0.attribute(4, ByteOrder.network(keyType))
      $0.attribute(5, ByteOrder.network(UInt32(keyLength)))
      $0.attribute(10, ByteOrder.network(id))  // NFTA_SET_ID
    }
  }

  /// NFT_MSG_NEWCHAIN: one that only other chains go to.
  mutating func addChain(_ name: String) {
    change(3, .create) {
      $0.attribute(3, name)
    }
  }

  /// NFT_MSG_NEWCHAIN: one that all packets of these interfaces pass; what no rule drops is
  /// accepted.
  mutating func addChain(_ name: String, at hook: Hook, of interfaces: [String]) {
    change(3, .create) {
      $0.attribute(3, name)
      $0.nest(4) {
        $0.attribute(1, ByteOrder.network(hook.rawValue))
        // Before everything else that listens there (nft(8) `filter` is 0).
        $0.attribute(2, ByteOrder.network(Int32(-500)))
        $0.nest(4) { devices in  // NFTA_HOOK_DEVS, kernel 5.5
          for interface in interfaces { devices.attribute(1, interface) }
        }
      }
      $0.attribute(5, ByteOrder.network(UInt32(1)))  // NFTA_CHAIN_POLICY: NF_ACCEPT
      $0.attribute(7, "filter")
    }
  }

  /// NFT_MSG_NEWRULE at the chain's end.
  mutating func addRule(to chain: String, _ expressions: [Expression]) {
    change(6, [.create, .append]) {
      $0.attribute(2, chain)
      $0.nest(4) { list in
        for expression in expressions { expression.write(into: &list) }
      }
    }
  }

  /// NFT_MSG_DELRULE without a handle: all rules of the chain; that there are none is no error.
  mutating func flush(chain: String) {
    change(8, []) {
      $0.attribute(2, chain)
    }
  }

  /// NFT_MSG_NEWSETELEM with a timeout in milliseconds.
  mutating func addElement(_ key: [UInt8], to set: String, timeout: UInt64) {
    change(12, .create) {
      $0.attribute(2, set)
      $0.nest(3) {
        $0.nest(1) { element in
          element.nest(1) { $0.attribute(1, key) }
          element.attribute(4, ByteOrder.network(timeout))
        }
      }
    }
  }

  /// NFT_MSG_DELSETELEM without elements: all of the set; that there are none is no error.
  mutating func flush(set: String) {
    change(14, []) {
      $0.attribute(2, set)
    }
  }

  private mutating func change(
    _ type: UInt16, _ flags: NetlinkMessage.Flags,
    _ attributes: (inout NetlinkMessage) -> Void = { _ in }
  ) {
    // NFNL_SUBSYS_NFTABLES in the upper byte; struct nfgenmsg: NFPROTO_NETDEV, version, resource 0.
    var message = NetlinkMessage(
      10 << 8 | type, flags.union(.acknowledge), header: [5, 0, 0, 0])
    message.attribute(1, table)  // NFTA_{TABLE_NAME, SET_TABLE, CHAIN_TABLE, RULE_TABLE, …}
    attributes(&message)
    body.append(message)
  }
}
