import BinaryCodec
import Determinism
import RaftCore
import RaftTypes

/// The cores, and what is on its way between them.
struct Trio {
  private var nodes: [RaftNode]
  private var inputs: [[Input]]
  private var leader = 0
  private var now = Instant(nanoseconds: 1 << 40)
  private var committed = 0
  private var ready = 0
  private let payload = Bytes([UInt8](repeating: 7, count: 290))

  init() {
    let members = (UInt64(1)...3).map {
      Member(
        id: NodeID($0), incarnation: DiskIncarnation($0), peerAddress: "\($0):1",
        clientAddress: "\($0):2")
    }
    let genesis = Entry(
      position: LogPosition(term: .zero, index: LogIndex(1)), logTime: .zero,
      payload: .genesis(ClusterID(1, epoch: 1), Membership(voters: members)))
    let start = now
    nodes = members.map {
      RaftNode(
        id: $0.id, settings: .lan,
        recovered: Recovered(
          ballot: Ballot(term: .zero, vote: nil), incarnation: $0.incarnation, snapshot: nil,
          base: .origin, slots: [.entry(genesis)]), seed: $0.id.number, at: start)
    }
    inputs = nodes.map { _ in [] }
    while !nodes.contains(where: \.isLeader) {
      now = nodes.map(\.nextDeadline).min() ?? now
      for place in nodes.indices where nodes[place].nextDeadline <= now {
        inputs[place].append(.timePassed)
      }
      settle()
    }
    leader = nodes.firstIndex(where: \.isLeader) ?? 0
  }

  /// Proposes so many entries at once and lets everything happen until all nodes know that they are
  /// committed.
  mutating func commit(_ count: Int) {
    let before = committed
    let proposals = (0..<UInt64(count)).map {
      Proposal(ticket: $0, payload: .command(payload))
    }
    inputs[leader].append(.propose(proposals, LogTime(milliseconds: 1)))
    settle()
    precondition(committed - before >= count, "Trio: \(committed - before) of \(count) committed")
  }

  /// Asks for so many read indexes at once.
  mutating func read(_ count: Int) {
    let before = ready
    inputs[leader].append(.read((0..<UInt64(count)).map { $0 }))
    settle()
    precondition(ready - before == count, "Trio: \(ready - before) of \(count) reads are ready")
  }

  private mutating func settle() {
    var isBusy = true
    while isBusy {
      isBusy = false
      for place in nodes.indices where !inputs[place].isEmpty {
        isBusy = true
        let turn = inputs[place]
        inputs[place].removeAll(keepingCapacity: true)
        honour(nodes[place].step(turn, at: now), of: place)
      }
      now = now + .microseconds(1)
    }
  }

  private mutating func honour(_ done: Effects, of place: Int) {
    if let ballot = done.ballot { inputs[place].append(.ballotDurable(ballot)) }
    for write in done.logWrites {
      guard case .append(let entries) = write.change, let last = entries.last else { continue }
      inputs[place].append(
        .logDurable(LogCompletion(sequence: write.sequence, position: last.position)))
    }
    for envelope in done.messages {
      inputs[Int(envelope.to.number) - 1].append(.received(envelope))
    }
    for envelope in done.afterBallot {
      inputs[Int(envelope.to.number) - 1].append(.received(envelope))
    }
    if place == leader { committed += done.committed.count }
    ready += done.readsReady.count
    if let last = done.committed.last { inputs[place].append(.applied(last.index, mark: nil)) }
  }
}
