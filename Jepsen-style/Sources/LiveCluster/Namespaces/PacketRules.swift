internal import RaftTypes

/// What nft(8) is told in the namespace of one node, and what it counted there.
struct PacketRules {
  static let table = "qlive"

  /// A script that replaces the rules for what comes in from each of `sources`, and keeps the
  /// counters.
  static func script(_ sources: [(node: NodeID, address: String, trouble: LinkTrouble)]) -> String {
    var lines = [
      "add table inet \(table)",
      "add chain inet \(table) in { type filter hook input priority 0; policy accept; }",
      "flush chain inet \(table) in",
    ]
    for (node, address, trouble) in sources {
      for kind in ["cut", "loss", "rate"] {
        lines.append("add counter inet \(table) \(kind)\(node.number)")
      }
      let rule = "add rule inet \(table) in ip saddr \(address)"
      if trouble.isCut { lines.append("\(rule) counter name cut\(node.number) drop") }
      if trouble.loss > 0 {
        lines.append(
          "\(rule) numgen random mod 1000 < \(trouble.loss) counter name loss\(node.number) drop")
      }
      if let rate = trouble.bytesPerSecond {
        // The burst lets at least one whole packet of a virtual link pass.
        lines.append(
          "\(rule) limit rate over \(max(rate, 1)) bytes/second burst 65536 bytes "
            + "counter name rate\(node.number) drop")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The packets that each counter of `nft list counters` shows, by its name.
  static func packets(_ listing: String) -> [String: UInt64] {
    var counts: [String: UInt64] = [:]
    var name: String?
    for line in listing.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }
      if words.first == "counter", words.count > 1 { name = String(words[1]) }
      if words.first == "packets", words.count > 1, let name {
        counts[name] = UInt64(words[1])
      }
    }
    return counts
  }
}
