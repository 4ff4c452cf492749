internal import ClientProtocol
internal import KeyValueStore
internal import RaftTypes
internal import WriteAheadLog

extension RecoveryPlan {
  /// The plan for people.
  func lines(_ state: RecoveredState) -> [String] {
    let joint = membership.isJoint ? ", in a change of membership" : ""
    var lines = [
      "cluster \(String(cluster.number, radix: 16)), epoch \(cluster.epoch); voters "
        + Self.list(membership.voters) + joint,
      "",
    ]
    lines += table.lines
    for copy in copies {
      lines += copy.contents.damages.map { Terminal.styled("\(copy.directory): \($0)", .red) }
    }
    let store = state.store
    lines += [
      "",
      "best       \(copies[best].directory): its log ends latest, at "
        + Self.words(copies[best].last),
      "kept       everything up to \(Self.words(kept)), written \(keptTime.utc):",
      "           \(Figures.grouped(store.statistics.keys)) keys at revision "
        + "\(store.revision.number), state \(Figures.hash(store.stateHash))",
    ]
    lines += fillLines
    let rest = Figures.grouped(kept.index.distance(from: proven))
    lines.append(
      proven == .zero
        ? "proven     no snapshot proves what was committed: all is kept, acknowledged or not"
        : "proven     entries up to \(proven.number) were committed: a snapshot holds them; the "
          + "\(rest) after it are kept, acknowledged or not")
    lines += lossLines
    lines.append("")
    if hasQuorum {
      lines.append(
        "next       these disks are a majority: no recovery is needed, start their nodes")
    } else {
      lines.append(
        "next       kvctl recover apply \(copies.map(\.directory).joined(separator: " ")) writes "
          + "epoch \(nextCluster.epoch)")
    }
    return lines
  }

  private var table: Table {
    var table = Table([
      ("DIRECTORY", .left), ("NODE", .right), ("DISK", .left), ("BALLOT", .left), ("LOG", .left),
      ("SNAPSHOT", .left), ("FAULTY", .right),
    ])
    for copy in copies {
      let contents = copy.contents
      let first = contents.slots.first?.position.index.number
      let log = first.map { "\($0) to \(Self.words(copy.last))" } ?? "empty"
      let snapshot = contents.snapshots.first.map { Self.words($0.descriptor.position) }
      table.add([
        copy.directory, "\(copy.node.number)", "\(contents.identity.incarnation)",
        contents.ballot.map { "term \($0.term.number)" } ?? "lost",
        log + (contents.isLogCut ? ", cut" : ""),
        snapshot ?? "-", "\(copy.faulty.count)",
      ])
    }
    return table
  }

  private var fillLines: [String] {
    var sources: [Int: Int] = [:]
    for fill in fills { sources[fill.copy, default: 0] += 1 }
    return sources.sorted { $0.key < $1.key }.map { copy, count in
      "repaired   \(count) damaged entries, from \(copies[copy].directory)"
    }
  }

  private var lossLines: [String] {
    var lines: [String] = []
    if let hole {
      let count = copies[best].last.index.distance(from: hole.index) + 1
      lines.append(
        Terminal.styled(
          "lost       \(Figures.grouped(count)) entries from \(Self.words(hole)) on: no directory "
            + "here has that entry undamaged", .red))
    }
    if mayLoseMore {
      lines.append(
        Terminal.styled(
          "at risk    writes acknowledged after entry \(kept.index.number): between 0 and all "
            + "that was written since \(keptTime.utc); nodes \(Self.list(lostVoters)) were a "
            + "majority without these disks", .yellow))
    } else if hole == nil {
      lines.append(
        Terminal.styled(
          "lost       nothing that was acknowledged: every majority had one of these disks", .green)
      )
    }
    return lines
  }

  static func words(_ position: LogPosition) -> String {
    "entry \(position.index.number) of term \(position.term.number)"
  }

  private static func list(_ nodes: [NodeID]) -> String {
    nodes.isEmpty ? "none" : nodes.map { "\($0.number)" }.joined(separator: ", ")
  }
}
