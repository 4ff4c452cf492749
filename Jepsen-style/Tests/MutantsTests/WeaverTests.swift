import Testing

@testable import Mutants

@Suite("Mutants in one source")
struct WeaverTests {
  private static let source = """
    /// func comment() { }
    struct S {
      let text = "}{ \\(1 + (2))"
      func f(_ g: () -> Int = { 1 }) -> Int {
        guard g() > 0 else { return 0 }
        return 2
      }
      var short: Int { 7 }
      var pair: Int {
        get { 1 }
        set { _ = newValue }
      }
    }

    """

  private func mutant(_ original: String, _ replacement: String, _ name: String = "m") -> Mutant {
    Mutant(
      name: name, sentence: "", pitfalls: [], profile: nil, nodes: nil,
      hunks: [Mutant.Hunk(source: "S.swift", original: original, replacement: replacement)])
  }

  private func weave(_ mutants: Mutant...) throws -> String {
    try Weaver.weave(
      "S.swift", Self.source, mutants.enumerated().map { (number: $0 + 1, mutant: $1) })
  }

  // Lines that are not blank, without the blanks around them.
  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map {
      String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }.filter { !$0.isEmpty }
  }

  @Test("a function stands once for each mutant and once as it was")
  func twoMutants() throws {
    let woven = try weave(
      mutant("    guard g() > 0 else { return 0 }", "    let h = g()"),
      mutant("    guard g() > 0 else { return 0 }\n    return 2", "    return 3"))
    #expect(
      lines(woven) == [
        "internal import MutantSwitch", "/// func comment() { }", "struct S {",
        #"let text = "}{ \(1 + (2))""#, "func f(_ g: () -> Int = { 1 }) -> Int {",
        "switch activeMutant {", "case 1:", "let h = g()", "return 2", "case 2:", "return 3",
        "default:", "guard g() > 0 else { return 0 }", "return 2", "}", "}",
        "var short: Int { 7 }", "var pair: Int {", "get { 1 }", "set { _ = newValue }", "}", "}",
      ])
  }

  @Test("a whole function on one line may be given, only its inside is swapped")
  func oneLine() throws {
    let woven = try weave(mutant("  var short: Int { 7 }", "  var short: Int { 8 }"))
    #expect(
      lines(woven).dropFirst(8).prefix(7) == [
        "var short: Int {", "switch activeMutant {", "case 1:", "8", "default:", "7", "}",
      ])
  }

  @Test("lines that are gone, or that stand twice, are refused")
  func lost() {
    #expect(
      throws: MutantError.lines(
        mutant: "m", source: "S.swift", first: "    return 9", occurrences: 0)
    ) { try weave(mutant("    return 9", "    return 8")) }
    #expect(
      throws: MutantError.lines(mutant: "m", source: "S.swift", first: "  }", occurrences: 2)
    ) { try weave(mutant("  }", "  } ")) }
  }

  @Test(
    "lines outside of a function, of two functions, or of accessors are refused",
    arguments: [
      "  let text = \"}{ \\(1 + (2))\"", "    return 2\n  }\n  var short: Int { 7 }",
      "    get { 1 }",
    ])
  func outside(original: String) {
    let replacement = String(repeating: "?", count: original.utf8.count)
    #expect(throws: MutantError.self) { try weave(mutant(original, replacement)) }
  }
}
