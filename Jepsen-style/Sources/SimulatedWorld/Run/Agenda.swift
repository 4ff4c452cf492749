internal import Determinism

/// What is going to happen, in the order of time, and of arrival for one time: a binary heap of
/// small keys over slots that hold the events.
///
/// Times are rounded up to multiples of a grain: a loop that is busy for so long takes in one turn
/// what arrived meanwhile.
struct Agenda<Event> {
  private struct Key {
    let time: UInt64
    let order: UInt64
    let slot: Int

    func precedes(_ other: Key) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  private var heap: [Key] = []
  private var slots: [Event?] = []
  private var free: [Int] = []
  private var order: UInt64 = 0

  private let grain: UInt64

  init(grain: TimeSpan = .nanoseconds(1)) { self.grain = max(1, grain.nanoseconds) }

  var count: Int { heap.count }

  /// When an event really happens that is due at `time`.
  func rounded(_ time: Instant) -> Instant {
    guard grain > 1 else { return time }
    return Instant(nanoseconds: (time.nanoseconds + grain - 1) / grain * grain)
  }

  /// When the next event is due.
  var next: Instant? { heap.first.map { Instant(nanoseconds: $0.time) } }

  mutating func add(_ event: Event, at time: Instant) {
    let slot: Int
    if let reused = free.popLast() {
      slot = reused
      slots[slot] = event
    } else {
      slot = slots.count
      slots.append(event)
    }
    heap.append(Key(time: rounded(time).nanoseconds, order: order, slot: slot))
    order += 1
    rise(heap.count - 1)
  }

  mutating func pop() -> (Instant, Event)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    guard let event = slots[first.slot].take() else {
      preconditionFailure("Agenda: an empty slot")
    }
    free.append(first.slot)
    return (Instant(nanoseconds: first.time), event)
  }

  private mutating func rise(_ start: Int) {
    var child = start
    let key = heap[child]
    while child > 0 {
      let parent = (child - 1) / 2
      guard key.precedes(heap[parent]) else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = key
  }

  private mutating func sink() {
    var parent = 0
    let key = heap[0]
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(key) else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = key
  }
}
