internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

/// The members for people and for scripts.
struct MemberReport {
  let membership: MembershipAnswer
  /// As the server wrote it.
  let document: [UInt8]

  func print(as format: OutputFormat) throws(OutputFault) {
    var printer = Printer()
    switch format {
    case .json: try printer.line(document)
    case .simple, .table: for line in lines { try printer.line(line) }
    }
    try printer.flush()
  }

  var lines: [String] {
    var table = Table([
      ("NODE", .left), ("STANDING", .left), ("PEERS", .left), ("CLIENTS", .left), ("DISK", .left),
      ("LAG", .right),
    ])
    for member in membership.members {
      table.add([
        "\(member.id)", words(member), member.peerAddress, member.clientAddress,
        "\(member.disk)", member.lag.map { Figures.grouped($0) } ?? "-",
      ])
    }
    var notes: [String] = []
    if membership.leader == nil { notes.append("no leader is known: this may be an old view") }
    if membership.isJoint || !membership.isCommitted { notes.append("a change is under way") }
    return table.lines + notes
  }

  private func words(_ member: MembershipAnswer.Member) -> String {
    var words = member.standing.rawValue
    if let old = member.replaces { words += " for \(old)" }
    if member.id == membership.leader { words += ", leads" }
    return words
  }
}
