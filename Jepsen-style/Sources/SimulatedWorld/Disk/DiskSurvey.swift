internal import RaftTypes
internal import WriteAheadLog

/// What a disk could still give back, found by the log's own inspection: nothing is changed.
struct DiskSurvey {
  /// A record of the log, by the sectors of its two identities and of its body.
  struct Record {
    let path: String
    let sectors: ClosedRange<Int>
    let positions: [LogPosition]
    /// Both identities can be read, so one of them may be lost.
    let hasBoth: Bool
    let isSound: Bool
    /// One of its entries says who belongs to the cluster.
    let namesMembers: Bool

    var head: Int { sectors.lowerBound }
    var copy: Int { sectors.upperBound }
  }

  private(set) var records: [Record] = []
  /// Sound snapshots, oldest first.
  private(set) var snapshots: [LogPosition] = []
  private var terms: [LogIndex: Term] = [:]
  private var faulty: Set<LogIndex> = []
  private var end = LogIndex.zero

  init(_ disk: SimulatedDisk) {
    disk.whileUp {
      // Without an identity there is nothing to find.
      try? LogInspection(disk).run { note($0) }
    }
  }

  /// Whether the disk can give back what stood at this position: the entry, or a state after it.
  func holds(_ position: LogPosition) -> Bool {
    covers(position.index)
      || (position.index <= end && terms[position.index] == position.term
        && !faulty.contains(position.index))
  }

  /// Whether the log itself holds, or once held, an entry at this position.
  func hasInLog(_ position: LogPosition) -> Bool {
    position.index <= end && terms[position.index] == position.term
  }

  /// Whether a snapshot holds what the log held up to `index`.
  func covers(_ index: LogIndex) -> Bool { snapshots.contains { $0.index >= index } }

  /// Whether a node that starts from this disk knows who belongs to its cluster.
  var knowsMembers: Bool {
    !snapshots.isEmpty || records.contains { $0.namesMembers && $0.isSound }
  }

  /// Whether the entry is known to have stood here, and is lost.
  func misses(_ index: LogIndex) -> Bool { index <= end && faulty.contains(index) }

  /// All sound entries of the log, in order.
  var soundPositions: [LogPosition] {
    var index = LogIndex(1)
    var found: [LogPosition] = []
    while index <= end {
      if let term = terms[index], !faulty.contains(index) {
        found.append(LogPosition(term: term, index: index))
      }
      index = index.next
    }
    return found
  }

  private mutating func note(_ finding: LogFinding) {
    switch finding {
    case .snapshot(let snapshot): snapshots.append(snapshot.descriptor.position)
    case .segment(let segment):
      guard segment.isReset else { return }
      terms = [:]
      faulty = []
      end = segment.base.index
    case .record(let record, let entries):
      let names = entries.contains { entry in
        switch entry.payload {
        case .genesis, .membership: true
        case .command, .termStart, .address, .snapshotMark: false
        }
      }
      add(record, entries.map(\.position), isSound: true, namesMembers: names)
    case .faulty(let record):
      add(record, Self.positions(record), isSound: false, namesMembers: false)
    case .identity, .ballot, .tornTail, .damage: break
    }
  }

  private mutating func add(
    _ record: RecordDescription, _ positions: [LogPosition], isSound: Bool, namesMembers: Bool
  ) {
    let sectors = record.offset / Inode.sector...(record.end - 1) / Inode.sector
    records.append(
      Record(
        path: record.path, sectors: sectors, positions: positions,
        hasBoth: record.lostIdentity == nil, isSound: isSound, namesMembers: namesMembers))
    for position in positions {
      if record.isFill, !isSound || terms[position.index] != position.term { continue }
      terms[position.index] = position.term
      if isSound { faulty.remove(position.index) } else { faulty.insert(position.index) }
    }
    if !record.isFill { end = record.last.index }
  }

  private static func positions(_ record: RecordDescription) -> [LogPosition] {
    (record.first.index.number...record.last.index.number).map {
      LogPosition(term: record.last.term, index: LogIndex($0))
    }
  }
}
