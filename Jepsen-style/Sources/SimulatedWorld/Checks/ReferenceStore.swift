internal import BinaryCodec
internal import ClientProtocol
internal import RaftTypes

/// What the state machine should be, written to be obviously right: every version of every key that
/// ever was, in an array each. It shares no line with the product's.
///
/// Applied to the chosen entries in their order it knows what every command must have answered, and
/// what every read at every revision must have found.
struct ReferenceStore {
  struct Version {
    let revision: UInt64
    /// Nil: deleted.
    let value: Bytes?
    let created: UInt64
    let count: UInt64
    let lease: LeaseID?
  }
  private struct Session {
    let timeToLive: UInt64
    var lastUse: UInt64
    var lastSequence: UInt64 = 0
    var answer: CommandResult?
  }

  private(set) var revision: UInt64 = 1
  private(set) var compacted: UInt64 = 0
  // Keys in the simulator are ASCII: text and bytes sort alike.
  var keys: [String: [Version]] = [:]
  private var sessions: [UInt64: Session] = [:]
  private var time: UInt64 = 0

  /// The log's time moves on, with every entry.
  mutating func advance(to logTime: LogTime) { time = max(time, logTime.milliseconds) }

  /// What a command that stands at `index` answers.
  mutating func apply(_ command: Command, at index: LogIndex) -> CommandResult {
    guard let stamp = command.stamp else { return execute(command.operation, index) }
    guard var session = use(stamp.session) else { return refused(.sessionExpired) }
    if stamp.sequence <= session.lastSequence {
      guard stamp.sequence == session.lastSequence, let answer = session.answer else {
        return refused(.staleSequence(last: session.lastSequence))
      }
      return answer
    }
    let result = execute(command.operation, index)
    session.lastSequence = stamp.sequence
    session.answer = result
    sessions[stamp.session] = session
    return result
  }

  private mutating func use(_ id: UInt64) -> Session? {
    guard var session = sessions[id] else { return nil }
    guard time <= session.lastUse + session.timeToLive else {
      sessions[id] = nil
      return nil
    }
    session.lastUse = time
    sessions[id] = session
    return session
  }

  private mutating func execute(
    _ operation: Command.Operation, _ index: LogIndex
  ) -> CommandResult {
    let next = revision + 1
    switch operation {
    case .put(let put):
      let previous = write(put, next)
      revision = next
      return result(.put(previous: previous))
    case .delete(let delete):
      let removed = remove(delete.range, next)
      if !removed.isEmpty { revision = next }
      return result(
        .deleted(count: UInt64(removed.count), previous: delete.wantsPrevious ? removed : []))
    case .transaction(let transaction): return execute(transaction, next)
    case .compact(let wanted):
      guard wanted.number <= revision else {
        return refused(.futureRevision(current: Revision(revision)))
      }
      guard wanted.number > compacted else {
        return refused(.compacted(oldest: Revision(max(compacted, 1))))
      }
      compacted = wanted.number
      return result(.compacted)
    case .session(let operation): return result(execute(operation, index))
    }
  }

  private mutating func execute(
    _ operation: SessionOperation, _ index: LogIndex
  ) -> CommandResult.Outcome {
    switch operation {
    case .open(let timeToLive):
      sessions[index.number] = Session(
        timeToLive: min(max(timeToLive, 1000), 86_400_000), lastUse: time)
      return .session(index.number)
    case .renew(let id): return use(id) == nil ? .refused(.sessionExpired) : .session(id)
    case .close(let id):
      guard use(id) != nil else { return .refused(.sessionExpired) }
      sessions[id] = nil
      return .session(id)
    }
  }

  // No transaction of the simulator's clients nests, reads an older revision or writes a key twice.
  private mutating func execute(
    _ transaction: Transaction, _ next: UInt64
  ) -> CommandResult {
    let succeeded = transaction.compare.allSatisfy(holds)
    var steps: [TransactionResult.StepResult] = []
    var wrote = false
    for step in succeeded ? transaction.success : transaction.failure {
      switch step {
      case .put(let put):
        steps.append(.put(previous: write(put, next)))
        wrote = true
      case .delete(let delete):
        let removed = remove(delete.range, next)
        wrote = wrote || !removed.isEmpty
        steps.append(
          .deleted(count: UInt64(removed.count), previous: delete.wantsPrevious ? removed : []))
      case .range(let query):
        steps.append(.range(read(query, at: .max, called: wrote ? next : revision)))
      case .transaction: preconditionFailure("ReferenceStore: a nested transaction")
      }
    }
    if wrote { revision = next }
    return result(.transaction(TransactionResult(succeeded: succeeded, steps: steps)))
  }

  private func holds(_ comparison: Comparison) -> Bool {
    let items = items(comparison.range, at: .max)
    guard !items.isEmpty else {
      switch comparison.target {
      case .value: return false
      case .version(let number), .lease(let number): return compare(0, number, comparison.relation)
      case .createRevision(let number), .modRevision(let number):
        return compare(0, number.number, comparison.relation)
      }
    }
    return items.allSatisfy { item in
      switch comparison.target {
      case .value(let bytes):
        let (a, b) = (Array(item.value), Array(bytes))
        return compare(
          a == b ? 1 : a.lexicographicallyPrecedes(b) ? 0 : 2, 1, comparison.relation)
      case .version(let number): return compare(item.version, number, comparison.relation)
      case .lease(let number):
        return compare(item.lease?.number ?? 0, number, comparison.relation)
      case .createRevision(let number):
        return compare(item.createRevision.number, number.number, comparison.relation)
      case .modRevision(let number):
        return compare(item.modRevision.number, number.number, comparison.relation)
      }
    }
  }

  private func compare(_ a: UInt64, _ b: UInt64, _ relation: Comparison.Relation) -> Bool {
    switch relation {
    case .equal: a == b
    case .notEqual: a != b
    case .less: a < b
    case .greater: a > b
    }
  }

  private mutating func write(_ put: Put, _ next: UInt64) -> KeyValue? {
    let key = Self.text(put.key)
    let old = keys[key]?.last.flatMap { Self.item(key, $0) }
    keys[key, default: []].append(
      Version(
        revision: next, value: put.value, created: old?.createRevision.number ?? next,
        count: (old?.version ?? 0) + 1, lease: put.lease))
    return put.wantsPrevious ? old : nil
  }

  private mutating func remove(_ range: KeyRange, _ next: UInt64) -> [KeyValue] {
    let doomed = items(range, at: .max)
    for item in doomed {
      keys[Self.text(item.key), default: []].append(
        Version(revision: next, value: nil, created: 0, count: 0, lease: nil))
    }
    return doomed
  }

  private func result(_ outcome: CommandResult.Outcome) -> CommandResult {
    CommandResult(revision: Revision(revision), outcome: outcome)
  }

  private func refused(_ refusal: StoreRefusal) -> CommandResult { result(.refused(refusal)) }
}
