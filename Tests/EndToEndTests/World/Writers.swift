import ClientProtocol
import KeyValueClient
import RaftTypes
import Synchronization

/// Clients that write ever new keys until they are told to end, and remember what was promised.
final class Writers: Sendable {
  struct Notes: Sendable {
    /// What was acknowledged: it must be there for ever.
    var kept: [String: String] = [:]
    /// What was refused for good: it must never be there.
    var refused: Set<String> = []
    /// Failures of which nobody knows whether they are failures.
    var unknown: [ClientError] = []
    var errors: [ClientError] = []
    var newest = Revision(0)
    /// A revision that was not greater than one acknowledged before it was asked for.
    var wentBack: [String] = []
  }

  private let shared = Mutex((notes: Notes(), isOver: false))

  var notes: Notes { shared.withLock { $0.notes } }

  /// Runs one writer for each client while `body` runs; returns what they noted.
  static func during(
    _ clients: [KeyValueClient], prefix: String, _ body: (Writers) async throws -> Void
  ) async throws -> Notes {
    let writers = Writers()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, client) in clients.enumerated() {
        group.addTask { await writers.write(client, "\(prefix)\(number)-") }
      }
      do {
        try await body(writers)
      } catch {
        writers.end()
        throw error
      }
      writers.end()
      try await group.waitForAll()
    }
    return writers.notes
  }

  /// Until `count` more writes have been acknowledged.
  func progress(by count: Int) async throws {
    let before = notes.kept.count
    _ = try await eventually("\(count) writes are acknowledged") {
      notes.kept.count >= before + count ? true : nil
    }
  }

  private func end() { shared.withLock { $0.isOver = true } }

  private func write(_ client: KeyValueClient, _ prefix: String) async {
    var number = 0
    while !shared.withLock({ $0.isOver }) {
      number += 1
      let (key, value) = ("\(prefix)\(number)", "value \(number) of \(prefix)")
      let before = shared.withLock { $0.notes.newest }
      do throws(ClientError) {
        let answer = try await client.put(key, value)
        note(key, value, answer.revision, after: before)
      } catch {
        note(key, error)
        try? await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  private func note(_ key: String, _ value: String, _ revision: Revision, after before: Revision) {
    shared.withLock { shared in
      shared.notes.kept[key] = value
      shared.notes.newest = max(shared.notes.newest, revision)
      if revision <= before {
        shared.notes.wentBack.append("\(key): \(revision.number) after \(before.number)")
      }
    }
  }

  private func note(_ key: String, _ error: ClientError) {
    shared.withLock { shared in
      shared.notes.errors.append(error)
      switch error.outcome {
      case .notApplied: shared.notes.refused.insert(key)
      case .applied, .unknown: shared.notes.unknown.append(error)
      }
    }
  }
}
