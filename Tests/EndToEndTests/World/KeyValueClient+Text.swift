import ClientProtocol
import KeyValueClient

/// Keys and values as text: tests write words.
extension KeyValueClient {
  @discardableResult
  func put(
    _ key: String, _ value: String, ifUnknown: UnknownOutcome = .fail
  ) async throws(ClientError) -> PutAnswer {
    try await put(Array(key.utf8)[...], Array(value.utf8)[...], ifUnknown: ifUnknown)
  }

  func get(_ key: String) async throws(ClientError) -> String? {
    try await get(Array(key.utf8)[...]).map { String(decoding: $0.value, as: UTF8.self) }
  }
}
