internal import RaftCore
internal import RaftTypes

/// What must hold in every state of a whole cluster (figure 3 of the paper), and what was promised
/// so far. What one node owes by itself, `Machine` checks.
struct Promises {
  /// An entry that was committed, and the term of the leader that was first to know.
  private struct Chosen: Hashable {
    let entry: Entry
    let term: Term
  }
  private struct Reign: Hashable {
    let term: Term
    let leader: NodeID
  }

  private var histories = Catalogue<[Chosen]>()
  private var reigns = Catalogue<[Reign]>()
  // What was found before, by the numbers of what was compared.
  private var matching = PairTable<Bool>()
  private var grown = PairTable<UInt32>()
  private var complete = PairTable<Bool>()
  private var kept = PairTable<Int>()

  /// Nothing was promised yet.
  mutating func blank() -> (chosen: UInt32, elected: UInt32) {
    (histories.number(of: []), reigns.number(of: []))
  }

  /// The most entries that any world had committed, and the most terms with a leader.
  var mostCommitted: Int { histories.values.lazy.map(\.count).max() ?? 0 }
  var mostReigns: Int { reigns.values.lazy.map(\.count).max() ?? 0 }

  /// Holds a world in which the machine at `place` has just changed against everything.
  mutating func check(
    _ world: inout SmallWorld, changedAt place: Int, _ atlas: borrowing Atlas
  ) throws(BrokenPromise) {
    let changed = world.machines[place]
    let portrait = atlas.portrait(changed)
    if portrait.isLeader { world.elected = try elect(portrait, world.elected) }
    let before = world.chosen
    world.chosen = try grow(world.chosen, by: changed, atlas)
    for (other, machine) in world.machines.enumerated() where other != place {
      try match(portrait, atlas.portrait(machine), atlas)
    }
    for (other, machine) in world.machines.enumerated()
    where other == place || world.chosen != before {
      try demandComplete(machine, world.chosen, atlas)
    }
    try demandKept(world, atlas)
  }

  /// Election safety: at most one leader a term, for ever (§5.2).
  private mutating func elect(
    _ leader: Atlas.Portrait, _ elected: UInt32
  ) throws(BrokenPromise) -> UInt32 {
    var known = reigns[elected]
    if let other = known.first(where: { $0.term == leader.term }) {
      guard other.leader == leader.id else {
        throw BrokenPromise(
          "election safety: \(other.leader) and \(leader.id) lead \(leader.term)")
      }
      return elected
    }
    known.append(Reign(term: leader.term, leader: leader.id))
    known.sort { $0.term < $1.term }
    return reigns.number(of: known)
  }

  /// State-machine safety: what one node knows committed is what all others know (§5.4.3).
  private mutating func grow(
    _ chosen: UInt32, by machine: UInt32, _ atlas: borrowing Atlas
  ) throws(BrokenPromise) -> UInt32 {
    if let known = grown[chosen, machine] { return known }
    let portrait = atlas.portrait(machine)
    let committed = atlas.lists[portrait.committed]
    var history = histories[chosen]
    for (known, entry) in zip(history, committed) where known.entry != entry {
      throw BrokenPromise(
        "state-machine safety: \(portrait.id) has \(entry.position) committed, "
          + "\(known.entry.position) was")
    }
    history += committed.dropFirst(history.count).map { Chosen(entry: $0, term: portrait.term) }
    let number = histories.number(of: history)
    grown[chosen, machine] = number
    return number
  }

  /// Log matching: logs that share a position are equal up to it (§5.3).
  private mutating func match(
    _ a: Atlas.Portrait, _ b: Atlas.Portrait, _ atlas: borrowing Atlas
  ) throws(BrokenPromise) {
    guard a.log != b.log else { return }
    let known = matching[a.log, b.log]
    let holds = known ?? Self.areMatching(atlas.lists[a.log], atlas.lists[b.log])
    if known == nil { matching[a.log, b.log] = holds }
    guard holds else { throw BrokenPromise("log matching: \(a.id) and \(b.id) differ") }
  }

  private static func areMatching(_ a: [Entry], _ b: [Entry]) -> Bool {
    let shared = zip(a, b).lastIndex { $0.position == $1.position }
    return shared.map { a.prefix($0 + 1) == b.prefix($0 + 1) } ?? true
  }

  /// Leader completeness: who leads holds every entry that an earlier leader committed (§5.4.3).
  private mutating func demandComplete(
    _ machine: UInt32, _ chosen: UInt32, _ atlas: borrowing Atlas
  ) throws(BrokenPromise) {
    let portrait = atlas.portrait(machine)
    guard portrait.isLeader else { return }
    let known = complete[chosen, machine]
    let log = atlas.lists[portrait.log]
    let missing =
      known == true
      ? nil
      : histories[chosen].enumerated().first { place, chosen in
        chosen.term < portrait.term && (place >= log.count || log[place] != chosen.entry)
      }
    if let missing {
      throw BrokenPromise(
        "leader completeness: \(portrait.id) leads \(portrait.term) without "
          + "\(missing.element.entry.position)")
    }
    if known == nil { complete[chosen, machine] = true }
  }

  /// Durable ≥ acknowledged: what was committed lies on a majority of the disks, and stays there.
  private mutating func demandKept(
    _ world: SmallWorld, _ atlas: borrowing Atlas
  ) throws(BrokenPromise) {
    let needed = histories[world.chosen].count
    guard needed > 0 else { return }
    var holding = 0
    for machine in world.machines where keeps(machine, world.chosen, atlas) == needed {
      holding += 1
    }
    guard holding > world.machines.count / 2 else {
      throw BrokenPromise(
        "durable ≥ acknowledged: only \(holding) of \(world.machines.count) disks hold "
          + "\(histories[world.chosen].last.map { "\($0.entry.position)" } ?? "")")
    }
  }

  private mutating func keeps(
    _ machine: UInt32, _ chosen: UInt32, _ atlas: borrowing Atlas
  ) -> Int {
    if let known = kept[chosen, machine] { return known }
    let stored = atlas.lists[atlas.portrait(machine).stored]
    let count = zip(histories[chosen], stored).prefix { $0.entry == $1 }.count
    kept[chosen, machine] = count
    return count
  }
}

extension Sequence {
  /// How many elements come before the last one for which `condition` holds.
  fileprivate func lastIndex(where condition: (Element) -> Bool) -> Int? {
    var found: Int?
    for (place, element) in enumerated() where condition(element) { found = place }
    return found
  }
}
