internal import Determinism
internal import NetworkTypes
internal import PeerProtocol
internal import RaftTypes

/// What the holder of the virtual IP tells the others of its connections, and when.
///
/// Changes leave together, once a heartbeat interval. Now and then everything is said again, for
/// those who missed something: nothing is acknowledged.
struct FlowSharing: Sendable {
  private var own = FlowSet()
  /// Not told yet; true: opened.
  private var changes = SortedMap<Flow, Bool>()
  private var sequence: UInt64 = 0
  private var isWholeDue = true
  /// Whether something was told since the last whole update.
  private var hasChanged = false
  private var told: Instant?
  private var toldWhole = Instant(nanoseconds: 0)
  private let pace: TimeSpan

  /// Between two whole updates while connections come and go: a follower that missed something
  /// lacks it no longer.
  private static let wholePace = TimeSpan.seconds(2)
  /// And while they do not.
  private static let quietPace = TimeSpan.seconds(30)

  /// - Parameter pace: between two updates at least.
  init(pace: TimeSpan) { self.pace = pace }

  /// Those that opened and ended before anybody heard of them are not worth telling.
  mutating func change(opened: [Flow], closed: [Flow]) {
    for flow in opened where own.insert(flow) { note(flow, isOpen: true) }
    for flow in closed where own.remove(flow) { note(flow, isOpen: false) }
  }

  private mutating func note(_ flow: Flow, isOpen: Bool) {
    if changes.remove(flow) == nil { changes[flow] = isOpen }
  }

  /// Somebody may have missed what was told before.
  mutating func repeatAll() { isWholeDue = true }

  /// The address is not held any more, and its connections are gone.
  mutating func end() {
    guard own.count > 0 || told != nil else { return }
    let sequence = sequence
    self = FlowSharing(pace: pace)
    // The same term may hold it once more.
    self.sequence = sequence
  }

  /// When there is something to tell.
  var nextDeadline: Instant {
    guard let told else { return own.count > 0 ? Instant(nanoseconds: 0) : .distantFuture }
    let next = isWholeDue || !changes.isEmpty ? told + pace : .distantFuture
    guard own.count > 0 || hasChanged else { return next }
    return min(next, toldWhole + (hasChanged ? Self.wholePace : Self.quietPace))
  }

  /// What is to be told now, if anything is.
  mutating func updates(in term: Term, at now: Instant) -> [FlowUpdate] {
    guard now >= nextDeadline else { return [] }
    let wholeAt = toldWhole + (hasChanged ? Self.wholePace : Self.quietPace)
    told = now
    let isWhole = isWholeDue || now >= wholeAt || changes.count > PeerProtocol.Limits.flows
    defer { changes = SortedMap() }
    guard isWhole else {
      hasChanged = true
      let opened = changes.removeAll { $1 }.map(\.0)
      return [
        update(in: term, isWhole: false, opened: opened[...], closed: changes.keys)
      ]
    }
    isWholeDue = false
    hasChanged = false
    toldWhole = now
    return wholeUpdates(in: term)
  }

  // Together: half of it would leave the clients of the other half without a successor's word.
  private mutating func wholeUpdates(in term: Term) -> [FlowUpdate] {
    let all = own.all
    return stride(from: 0, to: max(all.count, 1), by: PeerProtocol.Limits.flows).map { start in
      update(
        in: term, isWhole: start == 0,
        opened: all[start..<min(start + PeerProtocol.Limits.flows, all.count)], closed: [])
    }
  }

  private mutating func update(
    in term: Term, isWhole: Bool, opened: ArraySlice<Flow>, closed: [Flow]
  ) -> FlowUpdate {
    sequence += 1
    return FlowUpdate(
      term: term, sequence: sequence, isWhole: isWhole, opened: Array(opened), closed: closed)
  }
}
