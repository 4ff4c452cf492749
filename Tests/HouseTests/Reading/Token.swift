/// A word or a single mark of code, and the line it stands on, counted from 1.
struct Token: Equatable {
  let text: String
  let line: Int
  let isWord: Bool
  /// Nothing stands between it and the token before it.
  let isAttached: Bool

  /// Expects code without comments and strings.
  static func tokens(of lines: [String]) -> [Token] {
    var tokens: [Token] = []
    for (number, line) in zip(1..., lines) {
      var rest = line[...]
      var isAttached = false
      while let first = rest.first {
        if first.isWhitespace {
          rest.removeFirst()
          isAttached = false
          continue
        }
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        let text = word.isEmpty ? rest.prefix(1) : word
        tokens.append(
          Token(
            text: String(text), line: number, isWord: !word.isEmpty, isAttached: isAttached))
        rest = rest.dropFirst(text.count)
        isAttached = true
      }
    }
    return tokens
  }
}

extension Token {
  /// The words of a line, whatever stands between them.
  static func words(of line: String) -> [String] {
    tokens(of: [line]).filter(\.isWord).map(\.text)
  }
}

extension [Token] {
  func precedes(_ index: Int, _ text: String) -> Bool {
    index > 0 && self[index - 1].text == text
  }

  /// The tokens after `index` are `texts`, in this order.
  func follows(_ index: Int, _ texts: String...) -> Bool {
    self[(index + 1)...].prefix(texts.count).map(\.text) == texts
  }
}
