import NetworkTypes

/// The gate's table, as nf_tables changes. In the words of nft(8), for 10.77.0.100 on eth0:
///
///     table netdev quoin_0a4d0064 {
///       set live { type ipv4_addr; flags timeout; }        # the address, while the gate is open
///       chain deadline { meta time >= "…" counter drop }   # rewritten with every renewal
///       chain ingress {
///         type filter hook ingress devices = { eth0 } priority -500; policy accept;
///         ip daddr 10.77.0.100 ip daddr != @live counter drop
///         ip daddr 10.77.0.100 goto deadline
///         arp saddr ip != 10.77.0.100 arp daddr ip 10.77.0.100 arp daddr ip != @live counter drop
///         arp saddr ip != 10.77.0.100 arp daddr ip 10.77.0.100 goto deadline
///       }
///       chain egress {
///         type filter hook egress devices = { eth0 } priority -500; policy accept;
///         ip saddr 10.77.0.100 ip saddr != @live counter drop
///         …
///       }
///     }
///
/// A timeout is relative and runs from whenever the kernel gets to it; the deadline is absolute but
/// on a clock that may be set. Either alone can be fooled, so a packet must pass both.
/// Announcements of another holder (ARP with sender = target) pass a shut gate: the host itself may
/// be a client of the address and must learn where it went.
struct GateRules {
  let address: IPAddress
  let interfaces: [String]

  private static let live = "live"
  private static let liveID: UInt32 = 1
  private static let deadline = "deadline"

  var table: String { Self.table(of: address) }

  /// `quoin_` and the address in hexadecimal: nft's names have no colons.
  static func table(of address: IPAddress) -> String {
    "quoin_"
      + address.bytes.map { byte in
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
      }.joined()
  }

  /// The whole table, shut, in place of an earlier one: there is no instant without a gate.
  func install(withEgress: Bool) -> TableBatch {
    var batch = TableBatch(table)
    // Deleting what is not there would fail; adding what is there does not.
    batch.addTable()
    batch.deleteTable()
    batch.addTable()
    // nft(8)'s numbers for `ipv4_addr` and `ipv6_addr`: the kernel keeps them for who lists.
    switch address.family {
    case .v4: batch.addSet(Self.live, id: Self.liveID, keyType: 7, keyLength: 4)
    case .v6: batch.addSet(Self.live, id: Self.liveID, keyType: 8, keyLength: 16)
    }
    batch.addChain(Self.deadline)
    setDeadline(0, in: &batch)
    addChain("ingress", at: .ingress, matches: incoming, to: &batch)
    if withEgress { addChain("egress", at: .egress, matches: outgoing, to: &batch) }
    return batch
  }

  /// Opens the gate for as long as both limits allow: a plain re-add of the element would not
  /// renew its timeout.
  func open(_ opening: GateOpening) -> TableBatch {
    var batch = TableBatch(table)
    batch.flush(set: Self.live)
    batch.addElement(address.bytes, to: Self.live, timeout: opening.timeout)
    batch.flush(chain: Self.deadline)
    setDeadline(opening.wallDeadline, in: &batch)
    return batch
  }

  func shut() -> TableBatch {
    var batch = TableBatch(table)
    batch.flush(set: Self.live)
    batch.flush(chain: Self.deadline)
    setDeadline(0, in: &batch)
    return batch
  }

  func uninstall() -> TableBatch {
    var batch = TableBatch(table)
    batch.deleteTable()
    return batch
  }

  /// From `wall` nanoseconds of CLOCK_REALTIME on, whatever comes here is dropped.
  private func setDeadline(_ wall: UInt64, in batch: inout TableBatch) {
    batch.addRule(
      to: Self.deadline,
      [
        .load(.wallClock), .hostToNetwork, .compare(.atLeast, ByteOrder.network(wall)), .count,
        .drop,
      ])
  }

  /// What makes a packet one of the address', and how to load the address from it for a look-up.
  private struct Match {
    let conditions: [Expression]
    let address: Expression
  }

  private func addChain(
    _ name: String, at hook: TableBatch.Hook, matches: [Match], to batch: inout TableBatch
  ) {
    batch.addChain(name, at: hook, of: interfaces)
    for match in matches {
      batch.addRule(
        to: name,
        match.conditions + [
          match.address, .absent(from: Self.live, id: Self.liveID), .count, .drop,
        ])
      batch.addRule(to: name, match.conditions + [.go(to: Self.deadline)])
    }
  }

  private var incoming: [Match] {
    switch address.family {
    case .v4:
      // RFC 791 §3.1: destination at 16. RFC 826: sender at 14, target at 24.
      [
        packet(offset: 16),
        match(
          .protocolNumber, [0x08, 0x06],
          [.load(.network, offset: 14, count: 4), .compare(.unequal, address.bytes)],
          .load(.network, offset: 24, count: 4)),
      ]
    case .v6: [packet(offset: 24), neighbourMessage(solicitation)]
    }
  }

  private var outgoing: [Match] {
    switch address.family {
    case .v4:
      [
        packet(offset: 12),
        match(.protocolNumber, [0x08, 0x06], [], .load(.network, offset: 14, count: 4)),
      ]
    case .v6: [packet(offset: 8), neighbourMessage(advertisement)]
    }
  }

  /// Any IP packet with the address at this offset of its header.
  private func packet(offset: Int) -> Match {
    switch address.family {
    case .v4: match(.protocolNumber, [0x08, 0x00], [], .load(.network, offset: offset, count: 4))
    case .v6: match(.protocolNumber, [0x86, 0xdd], [], .load(.network, offset: offset, count: 16))
    }
  }

  private var solicitation: UInt8 { 135 }
  private var advertisement: UInt8 { 136 }

  /// RFC 4861 §4.3, §4.4: an ICMPv6 message of this type about the address, its target at 8. The
  /// kernel finds the ICMPv6 header behind whatever extension headers there are.
  private func neighbourMessage(_ type: UInt8) -> Match {
    match(
      .protocolNumber, [0x86, 0xdd],
      [
        .load(.transport), .compare(.equal, [58]), .load(.transport, offset: 0, count: 1),
        .compare(.equal, [type]),
      ], .load(.transport, offset: 8, count: 16))
  }

  private func match(
    _ meta: Expression.Meta, _ value: [UInt8], _ further: [Expression], _ address: Expression
  ) -> Match {
    Match(
      conditions: [.load(meta), .compare(.equal, value)] + further + [
        address, .compare(.equal, self.address.bytes),
      ],
      address: address)
  }
}
