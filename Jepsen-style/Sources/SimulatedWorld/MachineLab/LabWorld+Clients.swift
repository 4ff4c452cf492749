internal import BinaryCodec
internal import Determinism
internal import Faults
internal import RaftCore
internal import RaftTypes

// Clients: each asks one thing at a time, of a node that it guesses, and never asks it twice.
extension LabWorld {
  /// Marks of the leader; the tickets of calls are above.
  static var markTicket: Ticket { 1 }
  static func ticket(_ operation: Int) -> Ticket { UInt64(operation) + 2 }
  static func operation(_ ticket: Ticket) -> Int { Int(ticket - 2) }

  func wake(_ client: Int) {
    guard isSafetyPhase, asking[client] == nil else { return }
    let operation = history.count
    history.append(
      MachineOperation(
        client: client, call: workload.next(for: client, &clientDice), began: now))
    asking[client] = operation
    let guess =
      clientDice.chance(3, in: 4)
      ? leader?.place : Int(clientDice.below(UInt64(nodes.count)))
    schedule(.request(operation: operation, to: guess ?? 0), in: clientDelay())
    schedule(.silence(operation: operation), in: swarm.clientTimeout)
  }

  func request(_ operation: Int, at node: LabNode<Machine>) {
    guard node.process != nil else {
      end(operation, .refused, at: nil)
      return
    }
    switch history[operation].call {
    case .command(let bytes):
      let proposal = Proposal(ticket: Self.ticket(operation), payload: .command(bytes))
      offer(.propose([proposal], node.clock.wall(now)), to: node)
    case .query: offer(.read([Self.ticket(operation)]), to: node)
    }
  }

  /// The client hears what became of its call, or gives up. Whatever comes later finds nobody.
  func end(_ operation: Int, _ outcome: MachineOperation.Outcome, at point: UInt64?) {
    let client = history[operation].client
    guard asking[client] == operation else { return }
    asking[client] = nil
    history[operation].outcome = outcome
    history[operation].ended = now
    history[operation].point = point
    let pause = UInt64(swarm.clients) * 1_000_000_000 / max(1, swarm.operationsPerSecond)
    schedule(.clientWakes(client), in: .nanoseconds(clientDice.below(2 * pause + 1)))
  }

  private func clientDelay() -> TimeSpan {
    clientDice.span(from: .microseconds(50), to: .milliseconds(2))
  }
}
