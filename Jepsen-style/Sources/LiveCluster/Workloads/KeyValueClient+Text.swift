internal import ClientProtocol
internal import Histories
internal import KeyValueClient

extension KeyValueClient {
  /// The text of a key; nil when there is no such key.
  func text(_ key: String) async throws(ClientError) -> String? {
    try await get(Array(key.utf8)[...]).map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// The text of a key and the revision that wrote it, 0 when there is no such key.
  func versioned(_ key: String) async throws(ClientError) -> (text: String?, revision: Revision) {
    let found = try await get(Array(key.utf8)[...])
    return (found?.text, found?.modRevision ?? Revision(0))
  }

  /// Writes a key, if `revision` is given on condition that it wrote the key last.
  func write(
    _ key: String, _ text: String, if revision: Revision? = nil
  ) async throws(ClientError) {
    let condition = revision.map { $0 == Revision(0) ? PutCondition.absent : .modRevision($0) }
    try await put(Array(key.utf8)[...], Array(text.utf8)[...], if: condition)
  }

  /// The same, false when the condition did not hold.
  func swap(
    _ key: String, _ text: String, if revision: Revision
  ) async throws(ClientError) -> Bool {
    do throws(ClientError) {
      try await write(key, text, if: revision)
      return true
    } catch {
      guard error.code == .compareFailed else { throw error }
      return false
    }
  }
}

extension KeyValue {
  var text: String { String(decoding: value, as: UTF8.self) }
}

extension HistoryValue {
  /// The number that `text` spells; null for none.
  init(number text: String?) {
    self = text.flatMap { Int64($0) }.map { .integer($0) } ?? .null
  }
}
