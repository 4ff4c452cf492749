import Testing

@Suite("Name rules bite")
struct NameRulesTests {
  private func path(_ name: String) -> String { "Sources/2-Consensus/RaftCore/\(name).swift" }

  @Test("a file that holds something else than its name says is found")
  func fileName() {
    #expect(Sample.lines(NameRules.fileName, "struct B {}\n", at: path("A")) == [1])
    #expect(Sample.lines(NameRules.fileName, "extension B {}\n", at: path("A+Duty")) == [1])
  }

  @Test("a type, its extension by duty and an extension of a nested type are well named")
  func wellNamed() {
    #expect(Sample.lines(NameRules.fileName, "struct A {}\n", at: path("A")) == [])
    #expect(Sample.lines(NameRules.fileName, "extension A {}\n", at: path("A+Duty")) == [])
    #expect(Sample.lines(NameRules.fileName, "extension N.A {}\n", at: path("A+Duty")) == [])
    let family = "struct PutAnswer {}\nstruct GetAnswer {}\n"
    #expect(Sample.lines(NameRules.fileName, family, at: path("Answers")) == [])
    #expect(Sample.lines(NameRules.fileName, family, at: path("Replies")) == [1])
  }

  @Test("a drawer is found by its name")
  func drawers() {
    #expect(Sample.lines(NameRules.drawers, "", at: path("ArrayExtensions")) == [1])
    #expect(Sample.lines(NameRules.drawers, "", at: path("RaftNode+Voting")) == [])
  }

  @Test("a second large type in a file is found, a small one is not")
  func mainType() {
    let lines = String(repeating: "  let a: Int\n", count: 60)
    let text = "struct Main {}\nstruct Second {\n\(lines)}\n"
    #expect(Sample.lines(NameRules.mainType, text, at: path("Main")) == [2])
    #expect(
      Sample.lines(NameRules.mainType, "struct Main {}\nstruct Second {}\n", at: path("Main")) == []
    )
  }

  @Test("a bound outside Limits.swift is found")
  func limits() {
    let text = "enum Frame {\n  static let maximumBytes = 1 << 20\n  let maximum: Int\n}\n"
    #expect(Sample.lines(NameRules.limits, text, at: path("Frame")) == [2])
    #expect(Sample.lines(NameRules.limits, text, at: path("Limits")) == [])
  }
}
