internal import ClientProtocol
internal import Histories
internal import KeyValueClient

/// One logical thread of requests, through one door of the cluster.
struct LiveClient: Sendable {
  /// What became of an operation that threw nothing.
  enum Answer {
    /// Nil repeats the argument.
    case ok(HistoryValue?)
    /// Other clients were faster each time; nothing was applied.
    case contended
  }

  static let contended = "contended"

  let process: HistoryProcess
  let store: KeyValueClient
  let recording: Recording

  /// Records one operation around `body`; says whether it was answered.
  @discardableResult
  func record(
    _ function: String, key: HistoryValue? = nil, _ argument: HistoryValue = .null,
    _ body: () async throws(ClientError) -> Answer
  ) async -> Bool {
    guard recording.invoke(process, function, key: key, argument) else { return false }
    do throws(ClientError) {
      switch try await body() {
      case .ok(let result): recording.complete(process, .ok, result)
      case .contended: recording.complete(process, .failed, nil, Self.contended)
      }
      return true
    } catch {
      if Outcomes.accusesHarness(error) { recording.accuseHarness(error) }
      recording.complete(process, Outcomes.classify(error), nil, error.code.rawValue)
      return false
    }
  }
}
