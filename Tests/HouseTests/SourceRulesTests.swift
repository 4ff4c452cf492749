import Testing

@Suite("The rules of the house")
struct SourceRulesTests {
  @Test("every source keeps every rule")
  func everySource() {
    let files = SourceTree.house.files
    #expect(!files.isEmpty)
    for breach in Rule.breaches(in: files) { Issue.record("\(breach)") }
  }

  @Test("every exception is still needed")
  func exceptions() {
    for exception in Exception.all {
      let isUsed = SourceTree.house.files.contains { file in
        Rule.all.contains { rule in
          rule.findings(file).contains { exception.covers($0, of: rule, in: file) }
        }
      }
      #expect(isUsed, "\(exception.path) keeps '\(exception.rule)' by now")
    }
  }

  @Test("docs/ARCHITECTURE.md draws the house that the imports build")
  func drawing() {
    let drawing = Drawing(of: SourceTree.house.text(of: "docs/ARCHITECTURE.md"))
    for difference in drawing.differences(from: SourceTree.house.importsOfModules) {
      Issue.record("\(difference)")
    }
  }
}
