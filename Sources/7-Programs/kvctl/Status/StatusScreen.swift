internal import ClientProtocol
internal import RaftTypes

/// `status` for people: one screen, the worst news first.
struct StatusScreen {
  let status: ClusterStatus

  var lines: [String] {
    [verdict, leaderLine, addressLine, ""] + nodeTable.lines + warnings
  }

  private var voters: [NodeStatus] {
    status.nodes.filter { $0.standing == .voter || $0.standing == .leaving }
  }
  private var reachable: Int { voters.count { $0.reachable } }
  private var needed: Int { voters.count / 2 + 1 }

  private var verdict: String {
    let quorum = "\(reachable) of \(voters.count) voters reachable, \(needed) needed" + others
    guard status.leader != nil, reachable >= needed else {
      return Terminal.styled("no quorum", .red) + "   \(quorum)   cluster \(status.cluster)"
    }
    let mood: Terminal.Style = status.canLose > 0 ? .green : .yellow
    let reserve = status.canLose > 0 ? "can lose \(status.canLose) more" : "cannot lose any more"
    return Terminal.styled(reserve, mood) + "   \(quorum)   cluster \(status.cluster)"
  }

  /// Who belongs to the cluster, or is here, and does not decide.
  private var others: String {
    status.nodes.filter { !voters.contains($0) }.map { ", \($0.id) \(Self.word($0.standing))" }
      .joined()
  }

  private static func word(_ standing: Standing) -> String {
    standing == .stranger ? "no member" : standing.rawValue
  }

  private var leaderLine: String {
    let place = "term \(status.term.number), revision \(Figures.grouped(status.revision.number))"
    guard let leader = status.nodes.first(where: { $0.id == status.leader }) else {
      return "leader   \(Terminal.styled("none", .red))   \(place)"
    }
    return "leader   \(leader.id) at \(leader.clientAddress)   \(place)"
  }

  private var addressLine: String {
    guard let vip = status.vip else { return "address  none configured" }
    let holder = vip.holder.map { "held by \($0)" } ?? Terminal.styled("held by nobody", .red)
    return "address  \(vip.address) \(holder)"
  }

  private var nodeTable: Table {
    var table = Table([
      ("NODE", .left), ("ROLE", .left), ("CLIENTS", .left), ("PID", .right), ("TERM", .right),
      ("APPLIED", .right), ("LAG", .right), ("KEYS", .right), ("DISK", .right), ("STATE", .left),
    ])
    let newest = status.nodes.map(\.commitIndex).max() ?? .zero
    for node in status.nodes {
      guard node.reachable else {
        table.add([
          "\(node.id)", "unreachable", node.clientAddress, "-", "-", "-", "-", "-", "-", "-",
        ])
        continue
      }
      table.add([
        "\(node.id)", node.standing == .voter ? node.role.rawValue : Self.word(node.standing),
        node.clientAddress, "\(node.pid)",
        "\(node.term.number)", Figures.grouped(node.appliedIndex.number),
        Figures.grouped(newest.distance(from: node.appliedIndex)), Figures.grouped(node.keys),
        Figures.bytes(node.diskBytes), Figures.hash(node.stateHash),
      ])
    }
    return table
  }

  /// Equal logs must have made equal states; anything else is a defect that nobody should overlook.
  private var warnings: [String] {
    var found: [String] = []
    let alive = status.nodes.filter(\.reachable)
    for (place, node) in alive.enumerated() {
      for other in alive[(place + 1)...]
      where node.appliedIndex == other.appliedIndex && node.stateHash != other.stateHash {
        let text =
          "\(node.id) and \(other.id) differ at index \(node.appliedIndex.number): "
          + "stop writing and compare them (kvctl wal verify)"
        found.append(Terminal.styled(text, .red))
      }
    }
    return found.isEmpty ? [] : [""] + found
  }
}
