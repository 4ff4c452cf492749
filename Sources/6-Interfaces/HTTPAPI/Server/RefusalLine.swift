internal import NIOCore

/// The connections whose refusal for lack of room waits its turn.
///
/// To refuse costs both sides about as much as a small request, and who is refused comes back: a
/// crowd that hears 429 at once, and returns at once, takes the processors from those who were let
/// in. So only so many refusals leave in a slice of time. The others wait in the order in which
/// they came, a second when the crowd stays as large as it is, as `Retry-After` asks for anyway.
struct RefusalLine {
  private var waiting = CircularBuffer<ClientConnection>()
  /// Refusals that have left in this slice.
  private var spent = 0

  /// Every refusal leaves within so many slices of a hundredth of a second, while no more come.
  static let slice = TimeAmount.milliseconds(10)
  private static let slicesOfWaiting = 100

  var count: Int { waiting.count }

  /// Whether a refusal may leave now, ahead of nobody.
  /// - Parameter pace: refusals of one slice.
  mutating func admits(_ pace: Int) -> Bool {
    guard waiting.isEmpty, spent < pace else { return false }
    spent += 1
    return true
  }

  mutating func append(_ connection: ClientConnection) { waiting.append(connection) }

  /// A slice has passed: whose turn it is.
  mutating func nextTurn(_ pace: Int) -> [ClientConnection] {
    spent = 0
    let due = max(pace, waiting.count / Self.slicesOfWaiting)
    return take(due)
  }

  /// Everybody, when there will be no later.
  mutating func removeAll() -> [ClientConnection] { take(waiting.count) }

  private mutating func take(_ wanted: Int) -> [ClientConnection] {
    let count = min(wanted, waiting.count)
    let taken = Array(waiting.prefix(count))
    waiting.removeFirst(count)
    return taken
  }

  /// Nothing waits, and nothing has left: time need not be kept.
  var isIdle: Bool { waiting.isEmpty && spent == 0 }
}
