internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import Faults
internal import RaftTypes

/// One client: a process that has at most one operation open, finds a node that answers, and
/// repeats what it safely may.
struct SimulatedClient {
  /// What it is doing, in the history's words.
  enum Task: Hashable {
    case openSession
    case read(key: UInt64)
    case write(key: UInt64, value: UInt64)
    case compareAndSet(key: UInt64, old: UInt64?, new: UInt64)
    /// A transaction on lists, which first reads them all and then depends on what it read.
    case look(read: UInt64, append: UInt64, value: UInt64)
    case append(read: [UInt64], to: UInt64, value: UInt64, from: UInt64)
    /// Anything that the store can do; `value` is what it wants to leave behind, if anything.
    case edit(Command.Operation, value: UInt64?)
    case browse(RangeQuery)
  }

  struct Operation {
    var task: Task
    var call: ClientCall
    var attempts = 0
    /// Some attempt may have taken effect, or may still.
    var isUncertain = false
    let begun: Instant
    /// What every client knew to be done when this began: a read must not be older.
    let acknowledged: LogIndex
  }

  let index: Int
  let usesSessions: Bool
  /// Talks to the virtual IP instead of to nodes.
  let usesAddress: Bool
  let usesLists: Bool
  let browses: Bool
  /// A lease read will do for it.
  let trustsLeases: Bool
  /// Of its sessions, in milliseconds; the shortest expire when clocks jump or a node is away.
  let timeToLive: UInt64
  var session: UInt64?
  var sequence: UInt64 = 0
  var operation: Operation?
  /// Names the attempt under way; grows for ever.
  var attempt: UInt64 = 0
  /// In which term the node that was asked led, and when the attempt arrived there; nil: it did
  /// not.
  var askedLeader: (term: Term, at: Instant)?
  /// It asks whom it is told to ask, and nobody else.
  var isProbe = false
  /// The node that is asked, and the one that is said to lead.
  var target: Int?
  var hint: Int?
  /// Values it has seen, to compare with.
  var seen: [UInt64: UInt64] = [:]
  /// The newest revision that an answer named.
  var seenRevision: UInt64 = 1

  init(_ index: Int, _ swarm: Swarm, _ dice: inout Dice) {
    self.index = index
    usesSessions = dice.chance(swarm.sessionsPerMille, in: 1000)
    usesAddress = dice.chance(1, in: 4)
    usesLists = dice.chance(1, in: 4)
    browses = dice.chance(1, in: 4)
    trustsLeases = swarm.leaseReads != .none && index % 2 == 0
    timeToLive = [3_600_000, 3_600_000, 10_000, 1000].pick(&dice)
  }

  /// Whether the same bytes may be sent again although the first may have taken effect.
  var mayRepeat: Bool {
    guard let operation else { return false }
    switch operation.task {
    case .read, .openSession, .look, .browse, .edit(.session, _): return true
    case .write, .compareAndSet, .append, .edit: return usesSessions
    }
  }
}

extension SimulatedClient.Task {
  static func key(_ number: UInt64) -> Bytes { Array("k\(number)".utf8)[...] }
  static func list(_ number: UInt64) -> Bytes { Array("l\(number)".utf8)[...] }

  /// The request that carries this out.
  func request(
    _ stamp: SessionStamp?, timeToLive: UInt64, _ consistency: Consistency
  ) -> ClientRequest {
    switch self {
    case .openSession:
      return .write(Command(.session(.open(timeToLive: timeToLive))).encoded()[...])
    case .edit(let operation, _):
      return .write(Command(operation, stamp: stamp).encoded()[...])
    case .browse(let query): return .read(query, consistency)
    case .read(let key): return .read(RangeQuery(range: .key(Self.key(key))), consistency)
    case .look:
      return .read(RangeQuery(range: .prefix(Array("l".utf8)[...])), consistency)
    case .write(let key, let value):
      let put = Put(key: Self.key(key), value: Oracle.value(value)[...])
      return .write(Command(.put(put), stamp: stamp).encoded()[...])
    case .compareAndSet(let key, let old, let new):
      let target: Comparison.Target =
        old.map { .value(Oracle.value($0)[...]) } ?? .version(0)
      let put = Put(key: Self.key(key), value: Oracle.value(new)[...])
      let transaction = Transaction(
        compare: [Comparison(range: .key(Self.key(key)), relation: .equal, target: target)],
        success: [.put(put)], failure: [])
      return .write(Command(.transaction(transaction), stamp: stamp).encoded()[...])
    case .append: preconditionFailure("an append is made from what was read")
    }
  }

  /// The value that this wants to leave behind.
  var value: UInt64? {
    switch self {
    case .openSession, .read, .look, .browse: nil
    case .write(_, let value), .compareAndSet(_, _, let value), .append(_, _, let value, _): value
    case .edit(_, let value): value
    }
  }

  /// Whether a session makes it exactly-once.
  var isStamped: Bool {
    switch self {
    case .openSession, .read, .look, .browse, .edit(.session, _): false
    case .write, .compareAndSet, .append, .edit: true
    }
  }
}
