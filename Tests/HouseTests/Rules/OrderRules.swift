/// What makes two runs of one seed, or two replicas, take different paths.
enum OrderRules {
  static let all = [unorderedCollections, exhaustiveSwitches]

  /// Iterating a Dictionary or a Set is what hurts, but its type is what a scan can see.
  static let unorderedCollections = Rule(name: "no hashed collection below floor 5") { file in
    guard file.isBelowTheLine else { return [] }
    let note = "its order differs between runs; use Determinism.SortedMap or an array"
    let named = file.swiftTokens.filter { ["Dictionary", "Set"].contains($0.text) }.map(\.line)
    return (named + linesWithDictionarySugar(file.swiftTokens)).sorted()
      .map { .init(line: $0, note: note) }
  }

  /// `[Key: Value]`, `[key: value]` and `[:]`, but not `list[label: 1]` nor `[a ? b : c]`.
  private static func linesWithDictionarySugar(_ tokens: [Token]) -> [Int] {
    var open: [(mark: String, isSubscript: Bool, sawQuestion: Bool)] = []
    var lines: [Int] = []
    for (index, token) in tokens.enumerated() {
      switch token.text {
      case "[", "(", "{":
        let isSubscript =
          index > 0 && token.isAttached
          && (tokens[index - 1].isWord || [")", "]", "?", ">"].contains(tokens[index - 1].text))
        open.append((token.text, isSubscript, false))
      case "]", ")", "}":
        _ = open.popLast()
      case "?" where !token.isAttached && !open.isEmpty:
        open[open.count - 1].sawQuestion = true
      case ":":
        if let last = open.last, last.mark == "[", !last.isSubscript, !last.sawQuestion {
          lines.append(token.line)
        }
      default:
        break
      }
    }
    return lines
  }

  /// Below floor 5 every enum is our own, so a `default` beside `case .name` hides a new case from
  /// the compiler.
  static let exhaustiveSwitches = Rule(name: "no default over our enums") { file in
    guard file.isBelowTheLine else { return [] }
    var switches: [(depth: Int, sawOwnCase: Bool, line: Int?)] = []
    var depth = 0
    var findings: [Rule.Finding] = []
    for (index, token) in file.swiftTokens.enumerated() {
      if token.text == "switch" { switches.append((depth + 1, false, nil)) }
      if token.text == "{" { depth += 1 }
      if token.text == "}" {
        if let last = switches.last, last.depth == depth {
          switches.removeLast()
          if last.sawOwnCase, let line = last.line {
            findings.append(.init(line: line, note: "name every case"))
          }
        }
        depth -= 1
      }
      guard let last = switches.last, last.depth == depth else { continue }
      if token.text == "case", file.tokens.opensOwnCase(index) {
        switches[switches.count - 1].sawOwnCase = true
      }
      if token.text == "default", file.tokens.follows(index, ":") {
        switches[switches.count - 1].line = token.line
      }
    }
    return findings
  }
}

extension [Token] {
  /// `case .name` and `case (.name`, but for those of Optional.
  fileprivate func opensOwnCase(_ index: Int) -> Bool {
    let pattern = self[(index + 1)...].drop { ["(", "let"].contains($0.text) }
    guard pattern.first?.text == ".", let name = pattern.dropFirst().first else { return false }
    return name.isWord && !["some", "none"].contains(name.text)
  }
}
