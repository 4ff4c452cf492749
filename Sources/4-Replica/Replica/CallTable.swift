internal import ClientProtocol
internal import Determinism
internal import RaftCore
internal import RaftTypes

/// A client's call while it is under way.
struct Call: Sendable {
  /// Who waits for the answer.
  enum Origin: Hashable, Sendable {
    /// A client of this node.
    case local(tag: UInt64)
    /// A client of that node, which forwarded it under this id.
    case peer(NodeID, id: UInt64)
  }
  /// How far it got. What can truthfully be said of a write's outcome follows from it.
  enum Stage: Hashable, Sendable {
    /// Waits for a leader; had no effect.
    case queued(since: Instant)
    /// Given to consensus; had no effect yet.
    case offered
    /// In the log; may or may not be committed.
    case appended(LogPosition)
    /// Sent to that node; may or may not have been applied.
    case forwarded(NodeID)
    /// Waits for proof of leadership.
    case reading
    /// May be answered once this is applied.
    case ready(LogIndex)
    /// Being answered elsewhere, from an unchanging view.
    case scanning
    case transferring
    /// Waits for this node's snapshot of at least this index; zero until the mark is in the log.
    case snapshotting(LogIndex)
    case gathering
  }

  let call: ClientCall
  let origin: Origin
  let deadline: Instant
  var stage: Stage

  /// Whether an answer that never comes leaves something in doubt.
  var hasEffect: Bool {
    switch call.request {
    case .write, .changeMembership, .transferLeadership, .takeSnapshot: true
    case .read, .clusterStatus, .membership: false
    }
  }

  /// Whether to do it twice may differ from doing it once.
  var isWrite: Bool {
    switch call.request {
    case .write, .changeMembership: true
    case .read, .transferLeadership, .takeSnapshot, .clusterStatus, .membership: false
    }
  }
}

/// The calls under way, each named by a ticket that is never used twice.
struct CallTable: Sendable {
  private struct Slot: Sendable {
    var generation: UInt32 = 0
    var call: Call?
  }

  private var slots: [Slot] = []
  private var free: [Int] = []
  // Tickets by the time slice their deadline falls into; finished ones stay until their slice
  // passes.
  private var slices = SortedMap<UInt64, [Ticket]>()
  private static let slice: UInt64 = 16_000_000

  var count: Int { slots.count - free.count }

  mutating func add(_ call: Call) -> Ticket {
    let place: Int
    if let reused = free.popLast() {
      place = reused
    } else {
      place = slots.count
      slots.append(Slot())
    }
    slots[place].generation &+= 1
    slots[place].call = call
    let ticket = UInt64(slots[place].generation) << 32 | UInt64(place)
    let slice = call.deadline.nanoseconds / Self.slice
    if slices.update(slice, { $0.append(ticket) }) == nil { slices[slice] = [ticket] }
    return ticket
  }

  subscript(ticket: Ticket) -> Call? {
    let place = Int(ticket & 0xffff_ffff)
    guard place < slots.count, slots[place].generation == UInt32(ticket >> 32) else { return nil }
    return slots[place].call
  }

  mutating func move(_ ticket: Ticket, to stage: Call.Stage) {
    let place = Int(ticket & 0xffff_ffff)
    guard place < slots.count, slots[place].generation == UInt32(ticket >> 32) else { return }
    slots[place].call?.stage = stage
  }

  /// How far a call got; nil when it has ended.
  func stage(of ticket: Ticket) -> Call.Stage? {
    let place = Int(ticket & 0xffff_ffff)
    guard place < slots.count, slots[place].generation == UInt32(ticket >> 32) else { return nil }
    return slots[place].call?.stage
  }

  /// What a read must see, by its client's word; nil when it said nothing or the call has ended.
  func minIndex(of ticket: Ticket) -> LogIndex? {
    let place = Int(ticket & 0xffff_ffff)
    guard place < slots.count, slots[place].generation == UInt32(ticket >> 32) else { return nil }
    return slots[place].call?.call.minIndex
  }

  /// Ends a call; nil when it has ended before.
  mutating func remove(_ ticket: Ticket) -> Call? {
    let place = Int(ticket & 0xffff_ffff)
    guard place < slots.count, slots[place].generation == UInt32(ticket >> 32),
      let call = slots[place].call.take()
    else { return nil }
    free.append(place)
    return call
  }

  /// Takes back what `remove` ended just now.
  mutating func restore(_ call: Call, as ticket: Ticket) {
    let place = free.removeLast()
    precondition(place == Int(ticket & 0xffff_ffff), "CallTable: \(ticket) was not the last to end")
    slots[place].call = call
  }

  /// Not before this instant does a deadline pass.
  var nextDeadline: Instant {
    guard let slice = slices.keys.first else { return .distantFuture }
    return Instant(nanoseconds: (slice + 1) * Self.slice)
  }

  /// The calls whose time is over, in the order in which they came within each slice.
  mutating func expired(at now: Instant) -> [Ticket] {
    guard now >= nextDeadline else { return [] }
    let current = now.nanoseconds / Self.slice
    var due: [Ticket] = []
    while let first = slices.keys.first, first < current {
      due += slices.remove(first) ?? []
    }
    return due.filter { self[$0] != nil }
  }

  /// Every ticket under way, in the order of their places.
  var tickets: [Ticket] {
    slots.indices.compactMap { place in
      slots[place].call == nil ? nil : UInt64(slots[place].generation) << 32 | UInt64(place)
    }
  }
}
