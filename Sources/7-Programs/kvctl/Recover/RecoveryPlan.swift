internal import Determinism
internal import RaftTypes
internal import WriteAheadLog

/// What can be made of the disks that are left of a cluster: a function of their contents alone.
///
/// The log that ends latest, by term and then by index, holds everything that any of these disks
/// acknowledged in a way that counted: a leader was elected by comparing logs so (§5.4.1). All of
/// it is kept, also what nobody can prove to have been committed: whoever was not answered was
/// promised nothing, and whoever was must find it.
struct RecoveryPlan: Equatable {
  /// A sound snapshot, and the copy it stands in.
  struct Start: Equatable {
    let copy: Int
    let file: SnapshotFile
  }

  /// A faulty slot of the best log whose body another copy has.
  struct Fill: Equatable {
    let position: LogPosition
    let copy: Int
  }

  let copies: [SurvivingCopy]
  let cluster: ClusterID
  /// The copy whose log ends latest.
  let best: Int
  /// Where the state begins; nil: empty, before entry 1.
  let start: Start?
  /// From there to `kept`, without a gap.
  let entries: [Entry]
  let fills: [Fill]
  /// The end of what is kept.
  let kept: LogPosition
  /// The leader's time there: the cluster took writes at least until then.
  let keptTime: LogTime
  /// The first entry that the best log knows of and that nobody has; it and all after it are lost.
  let hole: LogPosition?
  /// Everything up to here was committed for certain: some node had it in a snapshot.
  let proven: LogIndex
  /// The configurations in force from `proven` to `kept`, the newest last; never empty.
  let configurations: [Membership]

  var membership: Membership { configurations[configurations.count - 1] }
  var nextCluster: ClusterID { ClusterID(cluster.number, epoch: cluster.epoch + 1) }

  /// Voters whose disks are not here, or do not show all they acknowledged.
  var lostVoters: [NodeID] {
    let halves = Set(membership.voters + (membership.outgoing ?? []))
    return halves.sorted().filter { id in
      !copies.contains { copy in membership.members[id].map(copy.speaks) ?? false }
    }
  }

  /// The disks suffice to elect a leader: the nodes need no recovery, only a start.
  var hasQuorum: Bool {
    Self.halves(of: membership).allSatisfy { half in
      let voting = half.filter { id in
        copies.contains { copy in membership.members[id].map(copy.votes) ?? false }
      }
      return voting.count > half.count / 2
    }
  }

  /// Writes may have been acknowledged that none of these disks ever had: the lost ones were a
  /// majority by themselves, under some configuration that may have been in force.
  var mayLoseMore: Bool {
    configurations.contains { membership in
      Self.halves(of: membership).allSatisfy { half in
        let lost = half.filter { id in
          !copies.contains { copy in membership.members[id].map(copy.speaks) ?? false }
        }
        return lost.count > half.count / 2
      }
    }
  }

  private static func halves(of membership: Membership) -> [[NodeID]] {
    [membership.voters] + (membership.outgoing.map { [$0] } ?? [])
  }
}

extension RecoveryPlan {
  /// Throws, saying what to do, when the copies do not belong together or nothing can be built.
  init(_ copies: [SurvivingCopy]) throws(CommandFailure) {
    let ranked = try Self.ranked(copies)
    guard let best = ranked.first else {
      throw CommandFailure("name the data directories that are left", status: .usage)
    }
    let start = Self.start(for: copies[best], in: copies)
    let contents = copies[best].contents
    let missing = contents.base
    guard start != nil || missing == .origin else {
      throw CommandFailure(
        "\(copies[best].directory) has the latest log, but it begins after entry "
          + "\(missing.index.number) and no sound snapshot here reaches that: restore one of "
          + "snapshots/ from a copy; without this directory the next best log would be used")
    }
    let history = History(from: start?.file.descriptor.position, copies[best], copies)
    guard let kept = history.entries.last?.position ?? start?.file.descriptor.position else {
      throw CommandFailure("\(copies[best].directory): not one entry can be read")
    }
    self.copies = copies
    cluster = copies[best].contents.identity.cluster
    self.best = best
    self.start = start
    self.kept = kept
    entries = history.entries
    fills = history.fills
    hole = history.hole
    keptTime = max(
      entries.last?.logTime ?? .zero, start?.file.descriptor.logTime ?? .zero)
    let proven = min(
      kept.index,
      copies.map { max($0.contents.base.index, $0.contents.snapshots.first.index) }.max() ?? .zero)
    self.proven = proven
    configurations = Self.configurations(start?.file.descriptor.membership, entries, proven)
    guard !configurations.isEmpty else {
      throw CommandFailure("\(copies[best].directory): the log names no members")
    }
  }

  /// The places of `copies`, the latest log first; of equal ones the one with fewer faults.
  private static func ranked(_ copies: [SurvivingCopy]) throws(CommandFailure) -> [Int] {
    for (place, copy) in copies.enumerated() {
      for other in copies[..<place] { try refuse(copy, beside: other) }
    }
    return copies.indices.sorted { a, b in
      guard copies[a].last == copies[b].last else { return copies[a].last > copies[b].last }
      return (copies[a].faulty.count, a) < (copies[b].faulty.count, b)
    }
  }

  private static func refuse(
    _ copy: SurvivingCopy, beside other: SurvivingCopy
  ) throws(CommandFailure) {
    let (ours, theirs) = (copy.contents.identity.cluster, other.contents.identity.cluster)
    guard ours.number == theirs.number else {
      throw CommandFailure(
        "\(other.directory) belongs to cluster \(theirs), \(copy.directory) to \(ours): name the "
          + "directories of one cluster")
    }
    guard ours.epoch == theirs.epoch else {
      let old = ours.epoch < theirs.epoch ? copy : other
      throw CommandFailure(
        "\(old.directory) is of an earlier epoch of the cluster, from before a recovery: leave it "
          + "out; wipe it and add the node again once the cluster serves")
    }
    guard copy.node != other.node else {
      throw CommandFailure(
        "\(other.directory) and \(copy.directory) are both of node \(copy.node.number): name one")
    }
  }

  /// The newest sound snapshot, of any copy, that `best` continues.
  private static func start(for best: SurvivingCopy, in copies: [SurvivingCopy]) -> Start? {
    var found: Start?
    for (place, copy) in copies.enumerated() {
      for file in copy.contents.snapshots {
        let position = file.descriptor.position
        guard position == best.last || best.contents.holds(position),
          found.map({ $0.file.descriptor.position.index < position.index }) ?? true
        else { continue }
        found = Start(copy: place, file: file)
      }
    }
    return found
  }

  /// What was in force at `proven`, and every configuration after it.
  private static func configurations(
    _ first: Membership?, _ entries: [Entry], _ proven: LogIndex
  ) -> [Membership] {
    var found = first.map { [$0] } ?? []
    for entry in entries {
      switch entry.payload {
      case .genesis(_, let membership), .membership(let membership):
        if entry.index <= proven { found.removeAll() }
        found.append(membership)
      case .termStart, .command, .address, .snapshotMark: break
      }
    }
    return found
  }
}

/// The best log behind its snapshot, its faulty slots filled from the other copies.
private struct History {
  var entries: [Entry] = []
  var fills: [RecoveryPlan.Fill] = []
  var hole: LogPosition?

  init(from start: LogPosition?, _ best: SurvivingCopy, _ copies: [SurvivingCopy]) {
    let first = start?.index ?? .zero
    guard best.last.index > first, best.last != start else { return }
    for slot in best.contents.slots where slot.position.index > first {
      switch slot {
      case .entry(let entry): entries.append(entry)
      case .faulty(let position):
        guard let place = copies.firstIndex(where: { $0.entry(at: position) != nil }),
          let entry = copies[place].entry(at: position)
        else {
          hole = position
          return
        }
        entries.append(entry)
        fills.append(RecoveryPlan.Fill(position: position, copy: place))
      }
    }
  }
}

extension SnapshotFile? {
  fileprivate var index: LogIndex { self?.descriptor.position.index ?? .zero }
}
