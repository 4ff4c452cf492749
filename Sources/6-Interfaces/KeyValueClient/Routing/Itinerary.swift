/// Which endpoint one operation asks, attempt by attempt. Pure: it knows neither sockets nor
/// clocks.
///
/// It starts at the preferred endpoint and follows a leader hint at once; without one it goes
/// through the configured list in order. Hints are bounded by a count, so that two nodes which
/// point at each other (each believes the other leads) cannot keep an operation away from the rest
/// of the list.
struct Itinerary: Sendable {
  /// Hints followed in a row before the list is asked again.
  static let hintLimit = 2

  private let endpoints: [Endpoint]
  private var cursor: Int
  private var hintsFollowed = 0
  private(set) var current: Endpoint
  /// Whether `current` was named by a hint: then it is asked without waiting.
  private(set) var isHinted = false

  /// - Precondition: `endpoints` is not empty.
  init(_ endpoints: [Endpoint], preferred: Endpoint? = nil) {
    precondition(!endpoints.isEmpty, "Itinerary: no endpoints")
    self.endpoints = endpoints
    current = preferred ?? endpoints[0]
    // A preferred endpoint outside the list (a hint of an earlier operation) is followed by the
    // whole list.
    cursor = endpoints.firstIndex(of: current) ?? -1
  }

  /// Moves on after `current` failed.
  mutating func advance(hint: Endpoint?) {
    if let hint, hint != current, hintsFollowed < Self.hintLimit {
      hintsFollowed += 1
      isHinted = true
      current = hint
      return
    }
    hintsFollowed = 0
    isHinted = false
    let failed = current
    // One step further when the next of the list is the endpoint that just failed as a hint.
    for _ in 0..<2 {
      cursor = (cursor + 1) % endpoints.count
      current = endpoints[cursor]
      if current != failed || endpoints.count == 1 { return }
    }
  }
}
