internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import RaftTypes
internal import Replica

// Clients: what they ask, whom, and how long they wait.
extension World {
  func clientWakes(_ index: Int) throws(Violation) {
    guard isSafetyPhase, clients[index].operation == nil,
      tally.operations < reduction.operations ?? .max
    else { return }
    let task = nextTask(index)
    begin(task, client: index)
    invoke(task, client: index)
    attempt(index)
  }

  private func nextTask(_ index: Int) -> SimulatedClient.Task {
    let client = clients[index]
    if client.usesSessions, client.session == nil { return .openSession }
    if client.browses { return nextBrowsing(index) }
    let key = clientDice.below(swarm.keys)
    if client.usesLists {
      return .look(read: key, append: clientDice.below(swarm.keys), value: newValue())
    }
    switch clientDice.below(10) {
    case 0...3: return .read(key: key)
    case 4...6: return .write(key: key, value: newValue())
    case _: return .compareAndSet(key: key, old: client.seen[key], new: newValue())
    }
  }

  func newValue() -> UInt64 {
    defer { nextValue += 1 }
    return nextValue
  }

  func begin(_ task: SimulatedClient.Task, client index: Int) {
    var stamp: SessionStamp?
    if let session = clients[index].session, task.isStamped {
      clients[index].sequence += 1
      stamp = SessionStamp(session: session, sequence: clients[index].sequence)
    }
    clients[index].operation = SimulatedClient.Operation(
      task: task,
      call: ClientCall(
        task.request(
          stamp, timeToLive: clients[index].timeToLive,
          clients[index].trustsLeases ? .lease : .linearizable),
        timeoutMilliseconds: UInt32(clamping: swarm.clientTimeout.milliseconds)),
      begun: now, acknowledged: oracle.acknowledged)
  }

  /// Sends the operation once more, to a node that may know better.
  func attempt(_ index: Int) {
    clients[index].operation?.attempts += 1
    clients[index].attempt += 1
    guard let operation = clients[index].operation else { return }
    if operation.attempts > 1 { tally.faults.add(.retry) }
    let number = clients[index].attempt
    var target = Int(clientDice.below(UInt64(nodes.count)))
    if clients[index].usesAddress, !clients[index].isProbe {
      // Nobody answers at an address that nobody holds.
      let holders = segment.holders(at: now)
      // The network decides which of two it finds; one is the rule.
      let found = holders.count < 2 ? holders.first : holders.pick(&clientDice)
      guard let holder = found else {
        schedule(.reply(client: index, attempt: number, from: 0, nil), in: clientDelay())
        return
      }
      target = holder
    } else if let hint = clients[index].hint,
      clients[index].isProbe || clientDice.chance(3, in: 4)
    {
      target = hint
    }
    clients[index].target = target
    note("c\(index)", "asks \(nodes[target].id): \(operation.task)")
    schedule(
      .request(client: index, attempt: number, to: target, operation.call), in: clientDelay())
    schedule(
      .silence(client: index, attempt: number),
      in: swarm.clientTimeout + .milliseconds(200))
  }

  // Clients are near their nodes; the network between nodes is the bad one.
  func clientDelay() -> TimeSpan {
    clientDice.span(from: .microseconds(50), to: .milliseconds(2))
  }

  func request(_ client: Int, _ attempt: UInt64, _ node: SimulatedNode, _ call: ClientCall) {
    guard node.isUp else {
      schedule(.reply(client: client, attempt: attempt, from: node.place, nil), in: clientDelay())
      return
    }
    if clients[client].attempt == attempt, let view = node.process?.view {
      clients[client].askedLeader = view.isLeader ? (view.term, now) : nil
    }
    offer(.call(call, tag: UInt64(client) << 40 | attempt), to: node)
  }

  func answered(_ answer: Answer, by node: SimulatedNode) {
    guard !Wish.isOperators(answer.tag) else { return heard(answer) }
    let (client, attempt) = (Int(answer.tag >> 40), answer.tag & 0xff_ffff_ffff)
    // An answer in five hundred is lost with its connection.
    if isSafetyPhase, swarm.faultEvery != nil, clientDice.chance(1, in: 500) {
      tally.faults.add(.lostReply)
      schedule(.silence(client: client, attempt: attempt), in: clientDelay())
    } else {
      schedule(
        .reply(client: client, attempt: attempt, from: node.place, answer.reply),
        in: clientDelay())
    }
  }

  /// A node's process is gone: everyone who waits for it hears of that.
  func clientsLose(_ place: Int) {
    for client in clients where client.operation != nil && client.target == place {
      schedule(.silence(client: client.index, attempt: client.attempt), in: clientDelay())
    }
  }

  /// The holder lets go of the address and resets the connections to it.
  func connectionsToAddressEnd(at place: Int) {
    for client in clients
    where client.usesAddress && client.operation != nil && client.target == place {
      schedule(.silence(client: client.index, attempt: client.attempt), in: clientDelay())
    }
  }

  /// The next operation, so that all clients together keep their rate.
  func rest(_ index: Int) {
    let mean = TimeSpan.seconds(1) * UInt64(swarm.clients) / swarm.operationsPerSecond
    schedule(.clientWakes(index), in: clientDice.span(from: mean / 2, to: mean * 3 / 2))
  }
}
