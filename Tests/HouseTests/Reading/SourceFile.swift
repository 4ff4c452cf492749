/// One file of the repository, read once, as the rules want to see it.
struct SourceFile {
  /// Relative to the repository.
  let path: String
  let lines: [String]
  /// The lines with everything blanked that is not code; same count as `lines`.
  let code: [String]
  /// The lines with everything blanked that is not a comment; same count as `lines`.
  let comments: [String]
  let tokens: [Token]
  let declarations: [Declaration]

  init(path: String, text: String) {
    self.path = path
    let bytes = [UInt8](text.utf8)
    let kinds = Lexer.kinds(of: bytes)
    func only(_ wanted: Lexer.Kind) -> [String] {
      let newline = UInt8(ascii: "\n")
      let kept = zip(bytes, kinds).map { byte, kind in
        kind == wanted || byte == newline ? byte : UInt8(ascii: " ")
      }
      return Self.split(String(decoding: kept, as: UTF8.self))
    }
    lines = Self.split(text)
    code = only(.code)
    comments = only(.comment)
    tokens = Token.tokens(of: code)
    declarations = path.hasSuffix(".swift") ? Outline.declarations(in: tokens) : []
  }

  private static func split(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// `RaftNode+Voting` of `…/RaftNode+Voting.swift`.
  var stem: String {
    let name = path.split(separator: "/").last ?? ""
    return String(name.prefix { $0 != "." })
  }

  /// The tokens, when the words of Swift mean something in them.
  var swiftTokens: [Token] { isSwift ? tokens : [] }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isTest: Bool { path.hasPrefix("Tests/") || path.contains("/Tests/") }

  /// The floor and the module of a file under Sources; nil for the others.
  var room: Room? {
    let parts = path.split(separator: "/")
    guard parts.count > 3, parts[0] == "Sources", let digit = parts[1].first,
      let floor = digit.wholeNumberValue
    else { return nil }
    return Room(floor: floor, module: String(parts[2]))
  }

  /// Below the line under which the house knows no clock, no thread and no chance.
  var isBelowTheLine: Bool { room.map { $0.floor < Room.firstFloorWithAWorld } ?? false }

  /// The modules it imports and the lines that say so.
  var imports: [(module: String, line: Int)] {
    declarations.filter { $0.keyword == "import" }.map { ($0.name, $0.firstLine) }
  }
}

/// A module, and the floor it stands on.
struct Room: Hashable {
  static let firstFloorWithAWorld = 5

  let floor: Int
  let module: String
}
