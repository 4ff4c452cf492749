internal import Determinism
internal import RaftCore
internal import RaftTypes

/// Every node state and message that a search has met, and what each state does about each
/// stimulus. A step of the core runs once for each pair, however many worlds it is part of.
struct Atlas {
  /// What the world-wide checks ask of a machine, worked out once.
  struct Portrait {
    let id: NodeID
    let term: Term
    let isLeader: Bool
    /// Lists of entries, by their numbers.
    let log: UInt32
    let committed: UInt32
    let stored: UInt32
    let hasBallots: Bool
    let hasWrites: Bool
  }

  /// What comes of a stimulus.
  struct Outcome {
    let machine: UInt32
    let sent: [UInt32]
    let broken: BrokenPromise?
  }

  private(set) var machines = Catalogue<Machine>()
  private(set) var portraits: [Portrait] = []
  private(set) var messages = Catalogue<Envelope>()
  private(set) var lists = Catalogue<[Entry]>()
  private var outcomes = PairTable<Outcome>()
  private let loyalty: TimeSpan

  init(_ settings: Settings) { loyalty = settings.electionLeast }

  mutating func number(of machine: Machine) -> UInt32 {
    let number = machines.number(of: machine)
    if number == UInt32(portraits.count) { portraits.append(portray(machine)) }
    return number
  }

  func portrait(_ machine: UInt32) -> Portrait { portraits[Int(machine)] }

  /// What `machine` does about `stimulus`.
  /// - Parameter proposal: the number of the next proposal, which is its content.
  mutating func outcome(
    of stimulus: Stimulus, at machine: UInt32, proposal: UInt8
  ) -> Outcome {
    let code = stimulus == .propose ? stimulus.code | UInt32(proposal) : stimulus.code
    if let known = outcomes[machine, code] { return known }
    var changed = machines[machine]
    let outcome: Outcome
    do throws(BrokenPromise) {
      let output = try react(&changed, to: stimulus, proposal)
      var sent: [UInt32] = []
      for envelope in output.sent { sent.append(messages.number(of: envelope)) }
      outcome = Outcome(machine: number(of: changed), sent: sent, broken: nil)
    } catch {
      outcome = Outcome(machine: machine, sent: [], broken: error)
    }
    outcomes[machine, code] = outcome
    return outcome
  }

  private func react(
    _ machine: inout Machine, to stimulus: Stimulus, _ proposal: UInt8
  ) throws(BrokenPromise) -> Machine.Output {
    switch stimulus {
    case .deliver(let number), .deliverCopy(let number):
      return try machine.step(.received(messages[number]))
    case .expire:
      machine.setClock(machine.core.nextDeadline)
      return try machine.step(.timePassed)
    case .linger:
      if machine.core.isLeader {
        machine.setClock(machine.clock + loyalty)
      } else {
        let deadline = machine.core.nextDeadline
        machine.setClock(Instant(nanoseconds: deadline.nanoseconds - 1))
      }
      return try machine.step(.timePassed)
    case .propose:
      let payload = Payload.command([proposal])
      return try machine.step(
        .propose([Proposal(ticket: UInt64(proposal), payload: payload)], .zero))
    case .saveBallot: return try machine.saveBallot()
    case .saveLog: return try machine.saveLog()
    case .restart:
      machine.restart()
      return try awake(&machine)
    }
  }

  /// A node that has started says nothing for an election timeout (§4.2.3). What it hears meanwhile
  /// it might as well hear later, so that time is skipped.
  func awake(_ machine: inout Machine) throws(BrokenPromise) -> Machine.Output {
    machine.setClock(machine.clock + loyalty)
    return try machine.step(.timePassed)
  }

  private mutating func portray(_ machine: Machine) -> Portrait {
    let core = machine.core
    let log = core.log.entries(
      from: core.log.base.index.next, through: core.log.last.index, limit: .max)
    let committed = Array(log.prefix(core.commit.distance(from: .zero)))
    return Portrait(
      id: core.id, term: core.term, isLeader: core.isLeader, log: lists.number(of: log),
      committed: lists.number(of: committed), stored: lists.number(of: machine.disk.entries),
      hasBallots: !machine.disk.ballots.isEmpty, hasWrites: !machine.disk.writes.isEmpty)
  }
}
