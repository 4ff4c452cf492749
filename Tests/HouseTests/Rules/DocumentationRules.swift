/// What other modules may see says what it stands for.
enum DocumentationRules {
  static let all = [types, functions]

  static let types = Rule(name: "every shared type has a docstring") { file in
    undocumented(in: file) { $0.isType }
  }

  /// Initialisers and stored properties are told by their type; conformances by the protocol.
  static let functions = Rule(name: "every shared function has a docstring") { file in
    undocumented(in: file) {
      ["func", "subscript"].contains($0.keyword) && !$0.isWitness && !isKnownRequirement($0.name)
    }
  }

  private static func undocumented(
    in file: SourceFile, where isMeant: (Declaration) -> Bool
  ) -> [Rule.Finding] {
    guard file.room != nil else { return [] }
    return file.declarations.filter { $0.isShared && isMeant($0) && !file.hasDocstring($0) }
      .map { .init(line: $0.firstLine, note: "\($0.name) says nothing") }
  }

  // Requirements of the standard library and of NIO's handlers, met in the type's own body.
  private static func isKnownRequirement(_ name: String) -> Bool {
    let isOperator = !name.contains { $0.isLetter }
    return isOperator
      || [
        "hash", "makeIterator", "next", "encode", "run", "handlerAdded", "handlerRemoved",
        "errorCaught", "userInboundEventTriggered", "read", "write", "flush", "close",
      ].contains(name) || name.hasPrefix("channel")
  }
}

extension SourceFile {
  /// A docstring speaks for the declaration below it, and for those that follow it without a gap.
  fileprivate func hasDocstring(_ declaration: Declaration) -> Bool {
    let above = declaration.firstLine - 1
    guard above >= 1 else { return false }
    if lines[above - 1].drop(while: { $0 == " " }).hasPrefix("///") { return true }
    let neighbour = declarations.last {
      $0.lastLine == above && $0.keyword == declaration.keyword
    }
    return neighbour.map(hasDocstring) ?? false
  }
}
