/// A declaration at the top of a file or inside a type; what stands inside functions is left out.
struct Declaration {
  /// `struct`, `func`, `import`, …
  let keyword: String
  /// Dotted for extensions and imports; `init`, `subscript` and operators by their spelling.
  let name: String
  let modifiers: [String]
  /// Names of the types around it, outermost first.
  let parents: [String]
  /// It stands in an extension that adds a conformance: the protocol tells its meaning.
  let isWitness: Bool
  let firstLine: Int
  let lastLine: Int

  static let typeKeywords = ["struct", "class", "enum", "actor", "protocol"]

  var isType: Bool { Self.typeKeywords.contains(keyword) || keyword == "typealias" }
  var isTopLevel: Bool { parents.isEmpty }
  var lineCount: Int { lastLine - firstLine + 1 }

  /// Other modules may see it.
  var isShared: Bool {
    modifiers.contains("public") || modifiers.contains("package") || modifiers.contains("open")
  }
}
