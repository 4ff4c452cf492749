internal import BinaryCodec
internal import ClientProtocol

/// A command of the log in a few words.
enum CommandText {
  static func summary(_ bytes: Bytes) -> String {
    guard let command = try? Command(decoding: bytes) else { return "of an unknown kind" }
    switch command.operation {
    case .put(let put): return "put \(short(put.key)), value of \(put.value.count) bytes"
    case .delete(let delete): return "delete \(text(delete.range))"
    case .transaction(let transaction):
      return "transaction of \(transaction.compare.count) comparisons, "
        + "\(transaction.success.count) and \(transaction.failure.count) steps"
    case .compact(let revision): return "compact before \(revision.number)"
    case .session: return "session"
    }
  }

  private static func text(_ range: KeyRange) -> String {
    switch range.end {
    case .single: short(range.start)
    case .before(let end): "\(short(range.start)) up to \(short(end))"
    case .unbounded: "\(short(range.start)) and all behind"
    }
  }

  private static func short(_ key: Bytes) -> String {
    key.count <= 80 ? EscapedText.string(key) : EscapedText.string(key.prefix(80)) + "…"
  }
}
