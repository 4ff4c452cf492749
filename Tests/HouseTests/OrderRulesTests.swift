import Testing

@Suite("Order rules bite")
struct OrderRulesTests {
  @Test(
    "dictionaries and sets are found in every spelling",
    arguments: [
      "var a: [Key: Value] = x", "let a: [Int: [String]]", "let a = [:]", "let a = [\"k\": 1]",
      "let a = Dictionary<K, V>()", "let a: Set<Int> = []", "func f(_ a: [K: V]) {}",
      "return [a: b]",
    ])
  func hashed(line: String) {
    #expect(Sample.lines(OrderRules.unorderedCollections, line).isEmpty == false)
    #expect(Sample.lines(OrderRules.unorderedCollections, line, at: Sample.world) == [])
  }

  @Test(
    "arrays, labelled subscripts and ternaries are none",
    arguments: [
      "let a = [f(x: 1), g(y: 2)]", "list[from: 3]", "[a ? b : c]", "let a: [Int]",
      "let a: SortedMap<K, V>", "let a = [{ (x: Int) in x }]", "// [k: v]",
    ])
  func ordered(line: String) {
    #expect(Sample.lines(OrderRules.unorderedCollections, line) == [])
  }

  @Test("a default beside our own cases is found, also in a nested switch")
  func defaults() {
    let nested = """
      switch a {
      case .b:
        switch n {
        case 1: f()
        default: g()
        }
      case (.c, let x): h(x)
      default: k()
      }
      """
    #expect(Sample.lines(OrderRules.exhaustiveSwitches, nested) == [8])
    #expect(Sample.lines(OrderRules.exhaustiveSwitches, nested, at: Sample.world) == [])
  }

  @Test("a default over numbers is none of our enums")
  func numbers() {
    let text = "switch n {\ncase 0..<3: f()\ncase ..<0: g()\ncase 7: { g() }()\ndefault: h()\n}\n"
    #expect(Sample.lines(OrderRules.exhaustiveSwitches, text) == [])
  }
}
