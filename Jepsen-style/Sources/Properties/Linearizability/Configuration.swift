/// One way in which the operations so far may have taken effect, reduced to what the future can
/// notice.
///
/// Everything that completed has taken effect in it. `done` and `burden` speak of open operations,
/// by slot.
struct Configuration<State: Hashable & Sendable>: Sendable {
  var state: State
  /// Open operations, due to complete, that already took effect and may change the state.
  var done = SlotSet()
  /// What makes this configuration worth less than another of the same state and `done`: unknown
  /// operations that are used up, and reads that still wait for their value. Where one
  /// configuration's burden is part of another's, whatever continues the second continues the
  /// first.
  var burden = SlotSet()
  /// The last operation that took effect, in the trail.
  var trail: Int32

  var key: ConfigurationKey<State> { ConfigurationKey(state: state, done: done) }
}

struct ConfigurationKey<State: Hashable & Sendable>: Hashable, Sendable {
  let state: State
  let done: SlotSet
}

/// Configurations of which none is made superfluous by another. Walked in the order of arrival, so
/// that every run takes the same path.
struct ConfigurationSet<State: Hashable & Sendable>: Sendable {
  /// Those that arrived; some may have been superseded since.
  private(set) var arrived: [Configuration<State>] = []
  private var superseded: [Bool] = []
  private var places: [ConfigurationKey<State>: [Int]] = [:]
  /// Configurations that are not superseded.
  private(set) var count = 0
  /// Burdens compared so far: the work that was done.
  private(set) var comparisons = 0

  var isEmpty: Bool { count == 0 }

  /// Whether a configuration that arrived is still worth following.
  func isLive(_ place: Int) -> Bool { !superseded[place] }

  var live: [Configuration<State>] {
    count == arrived.count
      ? arrived : arrived.indices.filter { !superseded[$0] }.map { arrived[$0] }
  }

  /// Adds `candidate` unless another makes it superfluous; `trail` is asked for its trail only if
  /// not.
  mutating func insert(_ candidate: Configuration<State>, trail: () -> Int32) {
    var same = places[candidate.key] ?? []
    comparisons += same.count
    for place in same where arrived[place].burden.isSubset(of: candidate.burden) { return }
    same.removeAll { place in
      guard candidate.burden.isSubset(of: arrived[place].burden) else { return false }
      superseded[place] = true
      count -= 1
      return true
    }
    same.append(arrived.count)
    places[candidate.key] = same
    arrived.append(candidate)
    arrived[arrived.count - 1].trail = trail()
    superseded.append(false)
    count += 1
  }

  mutating func insert(_ candidate: Configuration<State>) {
    insert(candidate) { candidate.trail }
  }
}
