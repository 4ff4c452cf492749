/// Finds the declarations of a file by their first words and their braces. No grammar of Swift, but
/// enough of one for code that the compiler and the formatter have already accepted.
struct Outline {
  private static let modifiers: Set<String> = [
    "public", "package", "internal", "fileprivate", "private", "open", "static", "final",
    "mutating", "nonmutating", "override", "required", "convenience", "lazy", "weak", "unowned",
    "nonisolated", "indirect", "borrowing", "consuming", "prefix", "postfix", "infix", "isolated",
  ]
  private static let members: Set<String> = ["func", "init", "deinit", "subscript"]
  private static let continuations: Set<String> = [
    "{", "-", "throws", "rethrows", "async", "where", "&", ".", ",", "=",
  ]

  private let tokens: [Token]
  private var next = 0
  private var found: [Declaration] = []

  static func declarations(in tokens: [Token]) -> [Declaration] {
    var outline = Outline(tokens: tokens)
    outline.readMembers(of: [], areWitnesses: false)
    return outline.found.sorted { $0.firstLine < $1.firstLine }
  }

  private init(tokens: [Token]) { self.tokens = tokens }

  private var text: String { next < tokens.count ? tokens[next].text : "" }
  private func text(after distance: Int) -> String {
    next + distance < tokens.count ? tokens[next + distance].text : ""
  }

  /// Up to the brace that closes the type, or to the end of the file.
  private mutating func readMembers(of parents: [String], areWitnesses: Bool) {
    while next < tokens.count, text != "}" {
      readDeclaration(of: parents, isWitness: areWitnesses)
    }
  }

  private mutating func readDeclaration(of parents: [String], isWitness: Bool) {
    let first = next
    let modifiers = readModifiers()
    let keyword = text
    if Declaration.typeKeywords.contains(keyword) || keyword == "extension" {
      readType(of: parents, modifiers: modifiers, first: first)
    } else if Self.members.contains(keyword) || ["import", "var", "let"].contains(keyword)
      || keyword == "typealias"
    {
      let name = readName()
      skipToEndOfMember()
      found.append(
        Declaration(
          keyword: keyword, name: name, modifiers: modifiers, parents: parents,
          isWitness: isWitness, firstLine: tokens[first].line, lastLine: lastLine))
    } else if next < tokens.count, text != "}" {
      skipOne()
    }
  }

  private mutating func readType(of parents: [String], modifiers: [String], first: Int) {
    let keyword = text
    let name = readName()
    var conforms = false
    while next < tokens.count, text != "{" {
      if text == ":" { conforms = true }
      if text == "(" || text == "[" { skipOne() } else { next += 1 }
    }
    next += 1
    readMembers(
      of: parents + [name],
      areWitnesses: keyword == "extension" && conforms)
    next += 1
    found.append(
      Declaration(
        keyword: keyword, name: name, modifiers: modifiers, parents: parents, isWitness: false,
        firstLine: tokens[first].line, lastLine: lastLine))
  }

  private mutating func readModifiers() -> [String] {
    var modifiers: [String] = []
    while next < tokens.count {
      if text == "@" {
        next += 2
        if text == "(", tokens[next].isAttached { skipOne() }
      } else if Self.modifiers.contains(text) || text == "class" && isModifierClass {
        modifiers.append(text)
        next += 1
        if text == "(", tokens[next].isAttached { skipOne() }
      } else {
        break
      }
    }
    return modifiers
  }

  private var isModifierClass: Bool { ["func", "var", "subscript"].contains(text(after: 1)) }

  /// The keyword and the name behind it; what it is called when it has none.
  private mutating func readName() -> String {
    let keyword = text
    next += 1
    if ["init", "deinit", "subscript"].contains(keyword) { return keyword }
    var name = text
    next += 1
    while next < tokens.count, tokens[next].isAttached, text != "(", text != "<", text != ":" {
      name += text
      next += 1
    }
    return name
  }

  /// Over the signature and the body, or over the rest of the statement.
  private mutating func skipToEndOfMember() {
    while next < tokens.count, text != "}" {
      let isNewLine = tokens[next].line != tokens[next - 1].line
      if isNewLine, !Self.continuations.contains(text),
        !Self.continuations.contains(tokens[next - 1].text)
      {
        return
      }
      let isBody = text == "{"
      skipOne()
      if isBody { return }
    }
  }

  /// Over one token, or over everything up to the bracket that closes it.
  private mutating func skipOne() {
    var depth = 0
    repeat {
      if ["(", "[", "{"].contains(text) { depth += 1 }
      if [")", "]", "}"].contains(text) { depth -= 1 }
      next += 1
    } while depth > 0 && next < tokens.count
  }

  private var lastLine: Int { tokens[min(next, tokens.count) - 1].line }
}
