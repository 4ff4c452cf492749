import ClientProtocol

@testable import KeyValueClient

extension KeyValueClient {
  /// A client of these servers whose waits are short enough for a test and whose attempts end soon.
  static func of(
    _ servers: [ScriptedServer], deadline: Duration = .seconds(10),
    replyTimeout: Duration = .seconds(5)
  ) -> KeyValueClient {
    KeyValueClient(
      ClientConfiguration(
        endpoints: servers.map(\.endpoint), deadline: deadline, replyTimeout: replyTimeout,
        backoff: Backoff(first: .microseconds(100), most: .milliseconds(1))))
  }
}

/// What the scripted conversations are about.
enum Sample {
  static let key = Array("k".utf8)[...]
  static let value = Array("v".utf8)[...]
  /// The reply to a get of `key`.
  static let found = #"""
    {"key":"k","value":"v","create_revision":2,"mod_revision":2,"version":1,"lease":0}
    """#
}

/// The error that `body` throws.
func failure(
  _ body: () async throws(ClientError) -> some Sendable
) async -> ClientError? {
  do throws(ClientError) {
    _ = try await body()
    return nil
  } catch {
    return error
  }
}
