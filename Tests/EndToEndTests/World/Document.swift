import JSONText

/// The scalar members of a JSON object, as text.
struct Document {
  private var members: [String: String] = [:]

  /// Empty when `text` is no object.
  init(_ text: some StringProtocol) {
    var scanner = JSONScanner(Array(text.utf8))
    do throws(JSONFault) {
      try scanner.beginObject()
      while let name = try scanner.nextMember() {
        let raw = String(decoding: try scanner.skipValue(), as: UTF8.self)
        let isText = raw.hasPrefix("\"") && raw.hasSuffix("\"") && raw.count >= 2
        members[name] = isText ? String(raw.dropFirst().dropLast()) : raw
      }
    } catch {
      members = [:]
    }
  }

  subscript(name: String) -> String? { members[name] }
}
