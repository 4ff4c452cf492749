import BinaryCodec
import ClientProtocol
import Determinism
import RaftTypes

/// Random values of every type that has a binary form.
struct Samples {
  var dice: Dice

  init(seed: UInt64) { dice = Dice(seed: seed) }

  mutating func flag() -> Bool { dice.chance(1, in: 2) }

  /// Small, huge and in between.
  mutating func number() -> UInt64 { dice.next() >> dice.below(64) }

  mutating func bytes() -> Bytes {
    let count = dice.chance(1, in: 10) ? 300 : dice.below(10)
    // A slice that does not start at index 0: decoders must not assume one.
    return ((0..<count + 3).map { _ in UInt8(dice.below(256)) })[3...]
  }

  mutating func text() -> String {
    String((0..<dice.below(8)).map { _ in pick(Array("aé/:\"漢")) })
  }

  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int(dice.below(UInt64(values.count)))]
  }

  mutating func maybe<Value>(_ make: (inout Samples) -> Value) -> Value? {
    flag() ? make(&self) : nil
  }

  mutating func several<Value>(upTo most: UInt64, _ make: (inout Samples) -> Value) -> [Value] {
    (0..<dice.below(most + 1)).map { _ in make(&self) }
  }

  mutating func revision() -> Revision { Revision(number()) }
  mutating func node() -> NodeID { NodeID(number()) }
  mutating func lease() -> LeaseID { LeaseID(number()) }
}

// What is stored and asked
extension Samples {
  mutating func range() -> KeyRange {
    switch dice.below(3) {
    case 0: .key(bytes())
    case 1: KeyRange(start: bytes(), end: .before(bytes()))
    default: KeyRange(start: bytes(), end: .unbounded)
    }
  }

  mutating func keyValue() -> KeyValue {
    KeyValue(
      key: bytes(), value: bytes(), createRevision: revision(), modRevision: revision(),
      version: number(), lease: maybe { $0.lease() })
  }

  mutating func query() -> RangeQuery {
    RangeQuery(
      range: range(), revision: maybe { $0.revision() }, order: pick([.ascending, .descending]),
      content: pick([.keysAndValues, .keysOnly, .countOnly]),
      limit: maybe { UInt32(truncatingIfNeeded: $0.number()) },
      maxBytes: maybe { UInt32(truncatingIfNeeded: $0.number()) }, after: maybe { $0.bytes() })
  }

  mutating func page() -> RangeResult {
    RangeResult(
      items: several(upTo: 4) { $0.keyValue() }, count: number(), more: flag(),
      readRevision: revision())
  }
}

// Commands
extension Samples {
  mutating func command() -> Command {
    let stamp = maybe { SessionStamp(session: $0.number(), sequence: $0.number()) }
    switch dice.below(5) {
    case 0: return Command(.put(put()), stamp: stamp)
    case 1: return Command(.delete(delete()), stamp: stamp)
    case 2: return Command(.transaction(transaction(depth: 0)), stamp: stamp)
    case 3: return Command(.compact(revision()), stamp: stamp)
    default: return Command(.session(sessionOperation()))
    }
  }

  mutating func put() -> Put {
    Put(key: bytes(), value: bytes(), lease: maybe { $0.lease() }, wantsPrevious: flag())
  }

  mutating func delete() -> Delete { Delete(range: range(), wantsPrevious: flag()) }

  mutating func sessionOperation() -> SessionOperation {
    pick([.open(timeToLive: number()), .renew(number()), .close(number())])
  }

  mutating func comparison() -> Comparison {
    let targets: [Comparison.Target] = [
      .version(number()), .createRevision(revision()), .modRevision(revision()),
      .value(bytes()), .lease(number()),
    ]
    return Comparison(
      range: range(), relation: pick([.equal, .notEqual, .less, .greater]),
      target: pick(targets))
  }

  mutating func transaction(depth: Int) -> Transaction {
    Transaction(
      compare: several(upTo: 3) { $0.comparison() },
      success: several(upTo: 3) { $0.step(depth: depth) },
      failure: several(upTo: 3) { $0.step(depth: depth) })
  }

  private mutating func step(depth: Int) -> Transaction.Step {
    switch dice.below(depth < 3 ? 4 : 3) {
    case 0: .put(put())
    case 1: .delete(delete())
    case 2: .range(query())
    default: .transaction(transaction(depth: depth + 1))
    }
  }
}

// Results
extension Samples {
  mutating func refusal() -> StoreRefusal {
    pick([
      .compacted(oldest: revision()), .futureRevision(current: revision()), .duplicateKey,
      .sessionExpired, .staleSequence(last: number()), .answerForgotten(revision()),
      .tooManySessions(limit: number()), .answerTooLong(limit: number()),
      .leaseNotFound(lease()), .malformed,
    ])
  }

  mutating func result() -> CommandResult {
    let outcome: CommandResult.Outcome
    switch dice.below(6) {
    case 0: outcome = .put(previous: maybe { $0.keyValue() })
    case 1: outcome = .deleted(count: number(), previous: several(upTo: 3) { $0.keyValue() })
    case 2: outcome = .transaction(transactionResult(depth: 0))
    case 3: outcome = .compacted
    case 4: outcome = .session(number())
    default: outcome = .refused(refusal())
    }
    return CommandResult(revision: revision(), outcome: outcome)
  }

  private mutating func transactionResult(depth: Int) -> TransactionResult {
    TransactionResult(
      succeeded: flag(),
      steps: several(upTo: 3) { samples in
        switch samples.dice.below(depth < 3 ? 4 : 3) {
        case 0: .put(previous: samples.maybe { $0.keyValue() })
        case 1:
          .deleted(
            count: samples.number(), previous: samples.several(upTo: 2) { $0.keyValue() })
        case 2: .range(samples.page())
        default: .transaction(samples.transactionResult(depth: depth + 1))
        }
      })
  }
}

// Calls, replies and status
extension Samples {
  mutating func call() -> ClientCall {
    let requests: [ClientRequest] = [
      .write(bytes()), .read(query(), pick([.linearizable, .lease, .stale])),
      .transferLeadership(to: maybe { $0.node() }), .takeSnapshot, .clusterStatus,
      .membership, .changeMembership(change()),
    ]
    return ClientCall(
      pick(requests), minIndex: maybe { LogIndex($0.number()) },
      timeoutMilliseconds: UInt32(truncatingIfNeeded: number()))
  }

  mutating func reply() -> ClientReply {
    let stamp = ReplyStamp(
      node: node(), term: Term(number()), index: LogIndex(number()), revision: revision())
    let position = LogPosition(term: Term(number()), index: LogIndex(number()))
    let bodies: [ClientReply.Body] = [
      .written(result()), .range(page()), .transferred(to: node()),
      .snapshotTaken(position, bytes: number()), .status(status()), .failed(error()),
      .membership(view()),
    ]
    return ClientReply(stamp: stamp, body: pick(bodies))
  }

  mutating func error() -> ClientError {
    ClientError(
      pick(ClientError.Code.allCases), text(), outcome: pick(ClientError.Outcome.allCases),
      retryable: flag(), leader: maybe { LeaderHint(id: $0.node(), client: $0.text()) })
  }

  mutating func status() -> ClusterStatus {
    ClusterStatus(
      cluster: ClusterID(number(), epoch: number()), term: Term(number()),
      leader: maybe { $0.node() }, revision: revision(),
      vip: maybe { VirtualAddressStatus(address: $0.text(), holder: $0.maybe { $0.node() }) },
      nodes: several(upTo: 4) { $0.nodeStatus() },
      canLose: Int(dice.below(9)) - 4)
  }

  mutating func nodeStatus() -> NodeStatus {
    NodeStatus(
      id: node(), pid: UInt32(truncatingIfNeeded: number()), clientAddress: text(),
      peerAddress: text(), role: pick(NodeStatus.Role.allCases), term: Term(number()),
      lastIndex: LogIndex(number()), commitIndex: LogIndex(number()),
      appliedIndex: LogIndex(number()), snapshotIndex: LogIndex(number()), stateHash: number(),
      revision: revision(), keys: number(), diskBytes: number(), reachable: flag(),
      standing: pick(Standing.allCases))
  }
}
