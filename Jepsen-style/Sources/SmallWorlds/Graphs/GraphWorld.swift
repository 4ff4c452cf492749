internal import Determinism
internal import RaftCore
internal import RaftTypes

/// A small cluster in virtual time whose messages travel along its links only, a little delayed and
/// never lost. Clients write to whoever leads, once in a shortest election timeout: logs stay
/// short.
struct GraphWorld {
  /// Who leads, of those that believe they do the one in the highest term.
  struct Reign: Hashable {
    let leader: NodeID
    let term: Term
  }

  private enum Event {
    case arrival(Envelope)
    case ballotSaved(Int)
    case logSaved(Int)
    case proposal
  }

  private struct Entered {
    let due: Instant
    let event: Event
  }

  let settings: Settings
  var links: Links
  private(set) var machines: [Machine]
  // Copies of what is asked after every event.
  private var deadlines: [Instant]
  private var leading: [Term?]
  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  /// Whether clients write.
  var isBusy = false
  /// When the reign last changed, and to what.
  private(set) var reign: Reign?
  private(set) var reignSince: Instant
  private(set) var reigns = 0
  /// Proposals made to leaders, and those that their leader committed.
  private(set) var proposed = 0
  private(set) var committed = 0
  // By due time, then by age.
  private var agenda: [Entered] = []
  private var dice: Dice

  init(_ links: Links, seed: UInt64, settings: Settings) {
    self.links = links
    self.settings = settings
    dice = Dice(seed: seed)
    reignSince = now
    let genesis = Founding.genesis(links.count)
    var made: [Machine] = []
    for id in Founding.ids(links.count) {
      made.append(
        Machine(id, genesis: genesis, settings: settings, at: now, seed: dice.next()))
    }
    machines = made
    deadlines = made.map(\.core.nextDeadline)
    leading = made.map { _ in nil }
    enter(.proposal, after: settings.electionLeast)
  }

  /// Lets everything happen that is due until `end`, or until `isDone`.
  /// - Returns: whether it was done.
  @discardableResult
  mutating func run(
    until end: Instant, isDone: (GraphWorld) -> Bool = { _ in false }
  ) throws(BrokenPromise) -> Bool {
    while !isDone(self) {
      let (place, deadline) = nextDeadline
      guard let first = agenda.first, min(first.due, deadline) <= end else {
        now = end
        return false
      }
      if deadline < first.due {
        now = max(now, deadline)
        try step(place, .timePassed)
      } else {
        now = max(now, first.due)
        agenda.removeFirst()
        try happen(first.event)
      }
    }
    return true
  }

  /// Gives one node an input now.
  mutating func step(_ place: Int, _ input: Input) throws(BrokenPromise) {
    machines[place].setClock(now)
    honour(try machines[place].step(input), of: place)
  }

  /// Nobody waits for anything but time, and all logs are equal.
  var isQuiet: Bool {
    machines.allSatisfy {
      $0.core.log.last == machines[0].core.log.last && $0.disk.writes.isEmpty
        && $0.core.commit == $0.core.log.last.index
    }
  }

  private var nextDeadline: (Int, Instant) {
    var place = 0
    for other in deadlines.indices where deadlines[other] < deadlines[place] { place = other }
    return (place, deadlines[place])
  }

  private mutating func happen(_ event: Event) throws(BrokenPromise) {
    switch event {
    case .arrival(let envelope): try step(Self.place(envelope.to), .received(envelope))
    case .ballotSaved(let place):
      machines[place].setClock(now)
      honour(try machines[place].saveBallot(), of: place)
    case .logSaved(let place):
      machines[place].setClock(now)
      honour(try machines[place].saveLog(), of: place)
    case .proposal:
      enter(.proposal, after: settings.electionLeast)
      for place in machines.indices where isBusy && leading[place] != nil {
        proposed += 1
        let ticket = UInt64(proposed)
        let proposal = Proposal(ticket: ticket, payload: .command([UInt8(ticket & 0xff)]))
        try step(place, .propose([proposal], .zero))
      }
    }
  }

  private mutating func honour(_ output: Machine.Output, of place: Int) {
    for envelope in output.sent where links[place, Self.place(envelope.to)] {
      enter(.arrival(envelope), after: dice.span(from: .microseconds(100), to: .milliseconds(2)))
    }
    awaitDisk(of: place)
    deadlines[place] = machines[place].core.nextDeadline
    let term = machines[place].core.isLeader ? machines[place].core.term : nil
    if term != leading[place] {
      leading[place] = term
      observe()
    }
    for entry in output.committed where entry.term == term {
      if case .command = entry.payload { committed += 1 }
    }
  }

  // One answer is under way for each write; those that are new get theirs.
  private mutating func awaitDisk(of place: Int) {
    let (ballots, logs) = (
      machines[place].disk.ballots.count, machines[place].disk.writes.count
    )
    guard ballots + logs > 0 else { return }
    var underWay = (ballots: 0, logs: 0)
    for entered in agenda {
      if case .ballotSaved(place) = entered.event { underWay.ballots += 1 }
      if case .logSaved(place) = entered.event { underWay.logs += 1 }
    }
    for _ in underWay.ballots..<max(underWay.ballots, ballots) {
      enter(.ballotSaved(place), after: .microseconds(300))
    }
    for _ in underWay.logs..<max(underWay.logs, logs) {
      enter(.logSaved(place), after: .microseconds(300))
    }
  }

  private mutating func observe() {
    var seen: Reign?
    for (place, term) in leading.enumerated() {
      if let term, term > seen?.term ?? .zero {
        seen = Reign(leader: machines[place].id, term: term)
      }
    }
    guard seen != reign else { return }
    reign = seen
    reignSince = now
    if seen != nil { reigns += 1 }
  }

  private mutating func enter(_ event: Event, after span: TimeSpan) {
    let due = now + span
    var place = agenda.count
    while place > 0, agenda[place - 1].due > due { place -= 1 }
    agenda.insert(Entered(due: due, event: event), at: place)
  }

  private static func place(_ id: NodeID) -> Int { Int(id.number) - 1 }
}
