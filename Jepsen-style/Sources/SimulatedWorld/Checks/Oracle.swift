internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import RaftCore
internal import RaftTypes

/// Sees everything that every node does and knows what must never happen (figure 3 of the paper):
/// election safety, log matching, leader completeness, state-machine safety, and that clients were
/// told the truth.
struct Oracle {
  private struct Slot {
    let entry: Entry
    let previous: LogPosition
  }

  /// The chosen entries from index 1 on, and the term of the first node that knew of each.
  private(set) var chosen: [LogPosition] = []
  private var chosenBy: [Term] = []
  /// Every entry that any log ever held, by index; a few terms each.
  private var slots: [[Slot]] = []
  private var leaders = SortedMap<Term, NodeID>()
  /// The state's hash after an index, by whoever was there first.
  private var hashes: [UInt64?] = []
  /// Values of writes that stand in chosen entries, and those whose clients were told "not
  /// applied".
  private(set) var written: Set<UInt64> = []
  private var refused: Set<UInt64> = []
  /// What the chosen entries answer.
  private(set) var book = AnswerBook()
  /// The highest index that any client was told of.
  private(set) var acknowledged = LogIndex.zero
  private(set) var elections = 0
  /// Terms whose candidates a leader asked to stand.
  private var transfers: Set<Term> = []

  var end: LogIndex { LogIndex(UInt64(chosen.count)) }

  /// The configurations that are chosen for ever, and where they stand.
  private var configurations: [(index: LogIndex, membership: Membership)] = []
  var configuration: (index: LogIndex, membership: Membership)? { configurations.last }

  /// What was in force at `index`.
  func membership(at index: LogIndex) -> Membership? {
    configurations.last { $0.index <= index }?.membership
  }

  /// Whether a configuration may yet be chosen. Up to `end` everything is: one that stands there
  /// and is not among the chosen ones lost its place to another entry, whoever still has it.
  func mayChoose(_ configuration: Configuration) -> Bool { configuration.index > end }

  /// Whether this is the entry chosen for its index; the beginning of everything is.
  func isChosen(_ position: LogPosition) -> Bool {
    guard position.index > .zero else { return true }
    let place = Int(position.index.number) - 1
    return chosen.indices.contains(place) && chosen[place] == position
  }

  /// A value of a client's write, as it stands in commands: told from others by its first byte.
  static func value(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  static func number(_ bytes: some Collection<UInt8>) -> UInt64 {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes.prefix(8) {
      number |= UInt64(byte) << shift
      shift += 8
    }
    return number
  }

  // MARK: Logs

  /// Log matching, inductively: a position has one entry and one predecessor, in all logs and for
  /// ever.
  mutating func saw(
    _ entries: [Entry], behind before: LogPosition, in node: NodeID
  ) throws(Violation) {
    var previous = before
    for entry in entries {
      let place = Int(entry.index.number)
      while slots.count <= place { slots.append([]) }
      if let known = slots[place].first(where: { $0.entry.term == entry.term }) {
        guard known.entry == entry, known.previous == previous else {
          throw Violation("log matching: \(node) has another \(entry.position) than others")
        }
      } else {
        slots[place].append(Slot(entry: entry, previous: previous))
      }
      previous = entry.position
    }
  }

  /// State-machine safety: the entry at an index is chosen once.
  mutating func committed(
    _ position: LogPosition, by node: NodeID, in term: Term
  ) throws(Violation) {
    let place = Int(position.index.number) - 1
    if place < chosen.count {
      guard chosen[place] == position else {
        throw Violation("\(node) commits \(position) where \(chosen[place]) is chosen")
      }
      return
    }
    guard place == chosen.count else {
      throw Violation("\(node) commits \(position), the history ends at \(end)")
    }
    chosen.append(position)
    chosenBy.append(term)
    try record(position)
  }

  private mutating func record(_ position: LogPosition) throws(Violation) {
    let place = Int(position.index.number)
    guard place < slots.count,
      let slot = slots[place].first(where: { $0.entry.term == position.term })
    else { throw Violation("\(position) is chosen and was never written") }
    book.chosen(slot.entry)
    switch slot.entry.payload {
    case .genesis(_, let membership), .membership(let membership):
      try follows(membership, at: position)
      configurations.append((position.index, membership))
    case .command, .termStart, .address, .snapshotMark: break
    }
    guard case .command(let bytes) = slot.entry.payload else { return }
    for value in Self.values(in: bytes) {
      written.insert(value)
      guard !refused.contains(value) else {
        throw Violation("the write of \(value) is in \(position); its client heard: not applied")
      }
    }
  }

  // Who decides changes in two steps (§6): a joint configuration keeps those before as its outgoing
  // half, and the one behind it keeps its incoming half.
  private func follows(_ next: Membership, at position: LogPosition) throws(Violation) {
    guard let former = configurations.last?.membership else { return }
    let isStep =
      next.outgoing.map { !former.isJoint && $0 == former.voters } ?? (next.voters == former.voters)
    guard isStep else {
      throw Violation("the configuration of \(position) does not follow from the one before")
    }
  }

  private static func values(in bytes: Bytes) -> [UInt64] {
    guard let command = try? Command(decoding: bytes) else { return [] }
    switch command.operation {
    case .put(let put): return [number(put.value)]
    case .transaction(let transaction):
      return (transaction.success + transaction.failure).compactMap { step in
        if case .put(let put) = step { number(put.value.suffix(8)) } else { nil }
      }
    case .delete, .compact, .session: return []
    }
  }

  /// Equal prefixes, equal states.
  mutating func applied(
    _ index: LogIndex, hash: UInt64, by node: NodeID
  ) throws(Violation) {
    let place = Int(index.number)
    while hashes.count <= place { hashes.append(nil) }
    guard let known = hashes[place] else {
      hashes[place] = hash
      return
    }
    guard known == hash else {
      throw Violation(
        "\(node) has another state at \(index) than others: nothing may depend on the node")
    }
  }

  // MARK: Leaders

  /// Election safety and leader completeness.
  mutating func leads(_ node: RaftNode) throws(Violation) {
    if let other = leaders[node.term] {
      guard other == node.id else {
        throw Violation("election safety: \(other) and \(node.id) lead \(node.term)")
      }
      return
    }
    leaders[node.term] = node.id
    elections += 1
    // What was chosen in an earlier term; who slept through its own term need not have more.
    for place in chosen.indices.suffix(64) where chosenBy[place] < node.term {
      let position = chosen[place]
      guard position.index <= node.log.base.index || node.log.holds(position) else {
        throw Violation("leader completeness: \(node.id) leads \(node.term) without \(position)")
      }
    }
  }

  mutating func wasTransferred(_ term: Term) { transfers.insert(term) }
  func isTransfer(_ term: Term) -> Bool { transfers.contains(term) }

  // MARK: Clients

  /// A client was told that its write is done.
  mutating func acknowledged(_ value: UInt64, _ stamp: ReplyStamp) throws(Violation) {
    guard written.contains(value) else {
      throw Violation("\(stamp.node) acknowledges \(value), which no chosen entry holds")
    }
    try answered(stamp)
  }

  /// A client got an answer from a state.
  mutating func answered(_ stamp: ReplyStamp) throws(Violation) {
    guard stamp.index <= end else {
      throw Violation("\(stamp.node) answers from \(stamp.index), chosen is \(end)")
    }
    acknowledged = max(acknowledged, stamp.index)
  }

  /// A client was told that its write never happens.
  mutating func refused(_ value: UInt64) throws(Violation) {
    refused.insert(value)
    guard !written.contains(value) else {
      throw Violation("a client heard of \(value): not applied; a chosen entry holds it")
    }
  }
}
