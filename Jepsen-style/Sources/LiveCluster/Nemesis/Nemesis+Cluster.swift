internal import ClientProtocol
internal import Determinism
internal import Faults
internal import KeyValueClient
internal import RaftTypes

extension Nemesis {
  /// An operator moves leadership to some node.
  func transfer(_ dice: inout Dice) async -> RunningFault? {
    let before = await leader()
    let others = nodes.ids.filter { $0 != before }
    let target = others.pick(&dice)
    let outcome: Injection
    do {
      let leader = try await client.transferLeadership(to: target)
      outcome = .injected("\(leader) leads after \(before.map(\.description) ?? "nobody")")
    } catch {
      outcome = .notInjected("\(error.code.rawValue): \(error.message)")
    }
    let result = outcome
    return RunningFault(what: "transfer to \(target)", hold: .milliseconds(500)) {
      () async throws(LiveFailure) in result
    }
  }

  /// Adds and removes members.
  func changeMembers(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? { nil }
}
