internal import ClientProtocol
internal import JSONText
internal import RaftTypes

/// The API's error document: `{"error":{"code","message","outcome","retryable","leader":{…}}}`.
enum ErrorReply {
  /// Nil when `body` is no such document.
  static func read(_ body: [UInt8]) -> ClientError? {
    var scanner = JSONScanner(body)
    var found: ClientError?
    do throws(JSONFault) {
      try ReplyReader.members(&scanner) { name, scanner throws(JSONFault) in
        guard name == "error" else { return false }
        found = try error(&scanner)
        return true
      }
      try scanner.finish()
      return found
    } catch {
      return nil
    }
  }

  private static func error(_ scanner: inout JSONScanner) throws(JSONFault) -> ClientError? {
    var code = ""
    var message = ""
    var outcome = ""
    var retryable = false
    var leader: LeaderHint?
    try ReplyReader.members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "code": code = try scanner.readString()
      case "message": message = try scanner.readString()
      case "outcome": outcome = try scanner.readString()
      case "retryable": retryable = try scanner.readBool()
      case "leader": leader = try hint(&scanner)
      default: return false
      }
      return true
    }
    // A code or an outcome that this version does not know promises nothing.
    return ClientError(
      ClientError.Code(rawValue: code) ?? .internalError,
      message.isEmpty ? "refused: \(code)" : message,
      outcome: ClientError.Outcome(rawValue: outcome) ?? .unknown, retryable: retryable,
      leader: leader)
  }

  private static func hint(_ scanner: inout JSONScanner) throws(JSONFault) -> LeaderHint? {
    if try scanner.readNull() { return nil }
    var id: UInt64?
    var client: String?
    try ReplyReader.members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "id": id = try scanner.readUInt64()
      case "client": client = try scanner.readString()
      default: return false
      }
      return true
    }
    guard let id, let client else { return nil }
    return LeaderHint(id: NodeID(id), client: client)
  }
}
