import ClientProtocol
import Histories
import KeyValueClient
import Synchronization

/// Clients that read and write a few registers, and the history of what they saw.
final class RecordedRegister: Sendable {
  private struct State {
    var recorder = HistoryRecorder()
    var answered = 0
    var nextValue: Int64 = 0
    var isOver = false
  }

  private let keys: [String]
  private let state = Mutex(State())

  init(keys: [String]) { self.keys = keys }

  var history: History { state.withLock { $0.recorder.history } }

  func note(_ what: String) { state.withLock { $0.recorder.note(what) } }

  /// Runs three clients at each node, and one that goes where kvctl would, while `body` runs.
  func during(_ cluster: Cluster, _ body: () async throws -> Void) async throws {
    let clients =
      [cluster.client(at: cluster.vip, deadline: .seconds(1), replyTimeout: .milliseconds(500))]
      + (0..<9).map { number in
        let door = cluster.endpoint(number % cluster.count + 1)
        return cluster.client(at: door, deadline: .seconds(1), replyTimeout: .milliseconds(500))
      }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, client) in clients.enumerated() {
        group.addTask { await self.act(Int64(number), client) }
      }
      do {
        try await body()
      } catch {
        state.withLock { $0.isOver = true }
        throw error
      }
      state.withLock { $0.isOver = true }
      try await group.waitForAll()
    }
  }

  /// Until `count` more operations were answered.
  func progress(by count: Int) async throws {
    let before = state.withLock { $0.answered }
    _ = try await eventually("\(count) operations are answered") {
      state.withLock { $0.answered } >= before + count ? true : nil
    }
  }

  private func act(_ number: Int64, _ client: KeyValueClient) async {
    var step = Int(number)
    while !state.withLock({ $0.isOver || $0.recorder.isFull }) {
      let key = keys[step % keys.count]
      switch step / keys.count % 4 {
      case 0: await write(.client(number), key, client)
      case _: await read(.client(number), key, client)
      }
      step += 1
      try? await Task.sleep(for: .milliseconds(3))
    }
  }

  private func read(_ process: HistoryProcess, _ key: String, _ client: KeyValueClient) async {
    state.withLock { $0.recorder.invoke(process, "read", key: .text(key)) }
    do throws(ClientError) {
      let found = try await client.get(key)
      let value = found.flatMap { Int64($0) }
      complete(process, .ok, value.map { .integer($0) } ?? .null)
    } catch {
      complete(process, .failed, nil, "\(error.code.rawValue)")
    }
  }

  private func write(_ process: HistoryProcess, _ key: String, _ client: KeyValueClient) async {
    let value = state.withLock { state in
      state.nextValue += 1
      state.recorder.invoke(process, "write", key: .text(key), .integer(state.nextValue))
      return state.nextValue
    }
    do throws(ClientError) {
      try await client.put(key, "\(value)")
      complete(process, .ok, nil)
    } catch {
      let outcome: HistoryOperation.Outcome =
        switch error.outcome {
        case .notApplied: .failed
        case .applied, .unknown: .unknown
        }
      complete(process, outcome, nil, "\(error.code.rawValue)")
    }
  }

  private func complete(
    _ process: HistoryProcess, _ outcome: HistoryOperation.Outcome, _ result: HistoryValue?,
    _ error: String? = nil
  ) {
    state.withLock { state in
      state.recorder.complete(process, outcome, result, error: error)
      if outcome == .ok { state.answered += 1 }
    }
  }
}
