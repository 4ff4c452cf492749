internal import BinaryCodec
package import ClientProtocol
internal import Determinism
internal import KeyValueStore
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes

// A client's call from its arrival to its answer. Every way out says honestly what became of a
// write.
extension Replica {
  mutating func begin(_ call: ClientCall, _ origin: Call.Origin) {
    guard calls.count < settings.limits.calls else {
      deliver(
        .failed(
          ClientError(
            .overloaded, "too many requests are under way: try again later",
            outcome: .notApplied, retryable: true)), to: origin)
      return
    }
    guard stopping == nil else {
      deliver(
        .failed(
          ClientError(
            .stopping, "this node is stopping: ask another", outcome: .notApplied, retryable: true,
            leader: leaderHint)), to: origin)
      return
    }
    let wanted = min(call.timeoutMilliseconds, settings.limits.timeoutMilliseconds)
    let patience = TimeSpan.milliseconds(UInt64(max(1, wanted)))
    let call = Call(call: call, origin: origin, deadline: now + patience, stage: .offered)
    route(calls.add(call), call)
  }

  /// Sends a call on its way: into the log, to the leader, or into the queue until there is one.
  mutating func route(_ ticket: Ticket, _ call: Call) {
    switch call.call.request {
    case .read where !core.stateIsSound: fail(ticket, Self.unsound)
    case .read(_, .stale): isReady(ReadReady(ticket: ticket, index: .zero))
    case .read(_, let consistency):
      guard core.leader != nil else { return enqueue(ticket) }
      calls.move(ticket, to: .reading)
      if consistency == .lease { readsByLease.append(ticket) } else { reads.append(ticket) }
    case .write(let command):
      guard core.isLeader else { return forward(ticket, call) }
      guard !diskIsFull else { return fail(ticket, Self.diskFull) }
      calls.move(ticket, to: .offered)
      proposals.append(Proposal(ticket: ticket, payload: .command(command)))
    case .takeSnapshot:
      guard core.isLeader else { return forward(ticket, call) }
      requestSnapshot(ticket)
    case .transferLeadership(let target):
      guard core.isLeader else { return forward(ticket, call) }
      requestTransfer(ticket, to: target)
    case .clusterStatus: gather(ticket)
    case .changeMembership(let change):
      guard core.isLeader else { return forward(ticket, call) }
      requestChange(ticket, change)
    case .membership:
      guard core.isLeader || core.leader == nil else { return forward(ticket, call) }
      answerMembership(ticket)
    }
  }

  private static let diskFull = ClientError(
    .diskFull,
    "the leader's disk is full: free space; nothing was lost, writes resume by themselves",
    outcome: .notApplied, retryable: true)

  /// Passes a call to the leader, once; a call that another node passed here goes back instead.
  private mutating func forward(_ ticket: Ticket, _ call: Call) {
    guard case .local = call.origin else {
      return fail(
        ticket,
        ClientError(
          .notLeader, "this node does not lead: ask the leader", outcome: .notApplied,
          retryable: true, leader: leaderHint))
    }
    guard let leader = core.leader, leader != settings.id else { return enqueue(ticket) }
    calls.move(ticket, to: .forwarded(leader))
    send(.forward(PeerCall(id: ticket &+ lifeMark, bytes: call.call.encoded()[...])), to: leader)
  }

  /// Keeps a call that has had no effect until a leader is known.
  mutating func enqueue(_ ticket: Ticket) {
    guard let call = calls[ticket] else { return }
    if case .peer = call.origin {
      return fail(
        ticket,
        ClientError(
          .notLeader, "this node does not lead: ask the leader", outcome: .notApplied,
          retryable: true, leader: leaderHint))
    }
    if case .queued = call.stage {} else { calls.move(ticket, to: .queued(since: now)) }
    queued.append(ticket)
    lookAgain = min(lookAgain, now + settings.consensus.heartbeat)
  }

  /// Tries queued calls again; those that waited long enough hear that there is no quorum.
  mutating func offerQueued() {
    let waiting = queued
    queued.removeAll(keepingCapacity: true)
    lookAgain = .distantFuture
    for ticket in waiting {
      guard let call = calls[ticket], case .queued(let since) = call.stage else { continue }
      if now >= since + settings.leaderPatience {
        fail(ticket, Self.noQuorum)
      } else if core.leader == nil {
        queued.append(ticket)
        lookAgain = now + settings.consensus.heartbeat
      } else {
        retry(ticket, call, since)
      }
    }
  }

  private mutating func retry(_ ticket: Ticket, _ call: Call, _ since: Instant) {
    route(ticket, call)
    // Still queued: it keeps its place in time, so that retries do not prolong its wait.
    if case .queued? = calls[ticket]?.stage { calls.move(ticket, to: .queued(since: since)) }
  }

  private static let noQuorum = ClientError(
    .noQuorum,
    "no leader: fewer than a majority of the voters can reach each other; start the missing nodes",
    outcome: .notApplied, retryable: true)

  mutating func wasAppended(_ appended: Appended) {
    guard let stage = calls.stage(of: appended.ticket) else {
      if appended.ticket == Marking.ticket { marking.wasAppended() }
      return
    }
    if case .snapshotting = stage { return }
    calls.move(appended.ticket, to: .appended(appended.position))
    writes.add(appended)
  }

  mutating func wasRefused(_ refused: Refused) {
    if refused.ticket == Marking.ticket { return marking.wasRefused(at: now) }
    switch refused.reason {
    case .notLeader: enqueue(refused.ticket)
    case .overloaded:
      fail(
        refused.ticket,
        ClientError(
          .overloaded, "the leader is overloaded: try again later", outcome: .notApplied,
          retryable: true))
    }
  }

  mutating func isReady(_ read: ReadReady) {
    // It was on its way when the state was found wrong.
    guard core.stateIsSound else { return fail(read.ticket, Self.unsound) }
    let index = max(read.index, calls.minIndex(of: read.ticket) ?? .zero)
    guard index <= store.appliedIndex else {
      calls.move(read.ticket, to: .ready(index))
      ready.append(ReadReady(ticket: read.ticket, index: index))
      return
    }
    answerRead(read.ticket)
  }

  /// Answers the reads that waited for what has now been applied.
  mutating func answerReady() {
    guard !ready.isEmpty else { return }
    let applied = store.appliedIndex
    let due = ready.filter { $0.index <= applied }
    ready.removeAll { $0.index <= applied }
    for read in due { answerRead(read.ticket) }
  }

  private mutating func answerRead(_ ticket: Ticket) {
    guard let call = calls.remove(ticket) else { return }
    guard case .read(let query, _) = call.call.request else {
      preconditionFailure("Replica: \(ticket) is no read, but \(call.stage)")
    }
    guard !store.isScan(query) else {
      calls.restore(call, as: ticket)
      return scan(ticket, query)
    }
    do throws(StoreRefusal) {
      deliver(.range(try store.read(query)), to: call.origin)
    } catch {
      deliver(.failed(ClientError(error)), to: call.origin)
    }
  }

  private mutating func scan(_ ticket: Ticket, _ query: RangeQuery) {
    guard scans < settings.limits.scans else {
      return fail(
        ticket,
        ClientError(
          .overloaded, "too many ranges are being read: try again later", outcome: .notApplied,
          retryable: true))
    }
    scans += 1
    calls.move(ticket, to: .scanning)
    effects.scans.append(
      Scan(
        ticket: ticket, query: query, view: store.view(), stamp: stamp,
        deadline: calls[ticket]?.deadline ?? now))
  }

  /// The answer to a read that was carried out elsewhere; too late for some.
  mutating func scanned(_ ticket: Ticket, _ reply: ClientReply) {
    scans -= 1
    precondition(scans >= 0, "Replica: more scans answered than asked for")
    guard calls.stage(of: ticket) == .scanning else { return }
    guard core.stateIsSound else { return fail(ticket, Self.unsound) }
    guard let call = calls.remove(ticket) else { return }
    deliver(reply, to: call.origin)
  }

  /// Answers the calls whose time is over. What reads waited for may never come: they go as well.
  mutating func passTimeouts() {
    let late = calls.expired(at: now)
    guard !late.isEmpty else { return }
    for ticket in late { timedOut(ticket) }
    ready.removeAll { calls.stage(of: $0.ticket) == nil }
  }

  private mutating func timedOut(_ ticket: Ticket) {
    guard let call = calls[ticket] else { return }
    switch call.stage {
    case .queued: fail(ticket, Self.noQuorum)
    case .offered, .reading, .gathering:
      let isInDoubt = call.stage == .offered && call.isWrite
      fail(
        ticket,
        ClientError(
          .timeout, "no answer in time: the leader may have lost its quorum; try again",
          outcome: isInDoubt ? .unknown : .notApplied, retryable: !isInDoubt))
    case .scanning: fail(ticket, Scan.tooLate)
    case .ready(let index):
      fail(
        ticket,
        ClientError(
          .timeout,
          "this node has not yet applied index \(index.number): try again, or another node",
          outcome: .notApplied, retryable: true))
    case .appended, .forwarded:
      fail(
        ticket,
        ClientError(
          .timeout,
          "not confirmed in time: it may or may not take effect; read before repeating it",
          outcome: .unknown, retryable: false))
    case .transferring, .snapshotting:
      fail(
        ticket,
        ClientError(
          .timeout, "not finished in time; it goes on: look at the status", outcome: .unknown,
          retryable: true))
    }
  }

  mutating func fail(_ ticket: Ticket, _ error: ClientError) { finish(ticket, .failed(error)) }

  /// Ends a call with its answer.
  mutating func finish(_ ticket: Ticket, _ body: ClientReply.Body) {
    guard let call = calls.remove(ticket) else { return }
    deliver(body, to: call.origin)
  }

  mutating func deliver(_ body: ClientReply.Body, to origin: Call.Origin) {
    deliver(ClientReply(stamp: stamp, body: body), to: origin)
  }

  private mutating func deliver(_ reply: ClientReply, to origin: Call.Origin) {
    switch origin {
    case .local(let tag): effects.answers.append(Answer(tag: tag, reply: reply))
    case .peer(let peer, let id):
      send(.forwardReply(PeerCall(id: id, bytes: reply.encoded()[...])), to: peer)
    }
  }

  var stamp: ReplyStamp {
    ReplyStamp(
      node: settings.id, term: core.term, index: store.appliedIndex, revision: store.revision)
  }

  package var leaderHint: LeaderHint? {
    guard let leader = core.leader, let member = core.membership?.members[leader] else {
      return nil
    }
    return LeaderHint(id: leader, client: member.clientAddress)
  }
}
