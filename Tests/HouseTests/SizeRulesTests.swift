import Testing

@Suite("Size rules bite")
struct SizeRulesTests {
  @Test("a file of 401 lines is too long, one of 400 is not")
  func fileLength() {
    let lines = String(repeating: "let a = 1\n", count: 400)
    #expect(Sample.lines(SizeRules.fileLength, lines) == [])
    #expect(Sample.lines(SizeRules.fileLength, lines + "let b = 2\n") == [401])
  }

  @Test("a line of 101 characters is too long, in code and in comments, and bytes do not count")
  func lineLength() {
    let wide = "// " + String(repeating: "§", count: 97)
    #expect(Sample.lines(SizeRules.lineLength, wide) == [])
    #expect(Sample.lines(SizeRules.lineLength, "\n" + wide + "§\n") == [2])
  }

  @Test("a function of 71 lines is too long, whatever its signature looks like")
  func functionLength() {
    let body = String(repeating: "    work()\n", count: 68)
    func type(_ extra: String) -> String {
      "struct S {\n  func f(\n    a: Int = g { 1 }) throws -> [Int] {\n\(body)\(extra)  }\n}\n"
    }
    #expect(Sample.lines(SizeRules.functionLength, type("")) == [2])
    let shorter = type("").replacing(
      "    work()\n    work()\n    work()\n", with: "", maxReplacements: 1)
    #expect(Sample.lines(SizeRules.functionLength, shorter) == [])
  }

  @Test("long initialisers and computed properties are functions, long types are not")
  func otherBodies() {
    let body = String(repeating: "work()\n", count: 80)
    let text = "struct S {\ninit() {\n\(body)}\nvar v: Int {\n\(body)}\n}\n"
    #expect(Sample.lines(SizeRules.functionLength, text) == [2, 84])
  }
}
