import Synchronization

@testable import KeyValueClient

/// Servers that refuse and name one another, known to each other only after all have started.
final class Pointers: Sendable {
  private let targets = Mutex<[Endpoint]>([])

  func set(_ endpoints: [Endpoint]) { targets.withLock { $0 = endpoints } }

  func refusal(of place: Int) -> ScriptedServer.Act {
    let leader = targets.withLock { $0.indices.contains(place) ? $0[place] : nil }
    return .error(421, "not_leader", outcome: "not_applied", leader: leader)
  }
}
