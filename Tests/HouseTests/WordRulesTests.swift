import Testing

@Suite("Word rules bite")
struct WordRulesTests {
  @Test(
    "forced tries, casts and unwraps are found",
    arguments: [
      "let a = try! f()", "let a = b as! C", "let a = b!", "f(b!.c)", "let a = b[0]!", "var a: T!",
      "let s = \"\\(a!)\"",
    ])
  func force(line: String) {
    #expect(Sample.lines(WordRules.force, line, at: Sample.world) == [1])
  }

  @Test(
    "negation, inequality and prose are no force",
    arguments: [
      "if !a { }", "f(!a)", "a != b", "// never!", "let s = \"no!\"", "let s = #\"a\"b!\"#",
      "a || !b",
    ])
  func noForce(line: String) {
    #expect(Sample.lines(WordRules.force, line) == [])
  }

  @Test("what was left to do is found in comments and only there")
  func leftBehind() {
    #expect(Sample.lines(WordRules.leftBehind, "let a = 1  // TODO: b\n/* FIXME */\n") == [1, 2])
    #expect(Sample.lines(WordRules.leftBehind, "let s = \"TODO\"\n// toDo methods\n") == [])
  }

  @Test("concurrency is found below floor 5 and allowed on it")
  func concurrency() {
    let text = "func f() async {\n  await g()\n}\nlet t = Task { }\nactor A {}\n"
    #expect(Sample.lines(WordRules.concurrency, text) == [1, 2, 4, 5])
    #expect(Sample.lines(WordRules.concurrency, text, at: Sample.world) == [])
    #expect(Sample.lines(WordRules.concurrency, "// await the async Task\n") == [])
  }

  @Test("clocks are found, instants that came in are not")
  func clock() {
    #expect(
      Sample.lines(WordRules.clock, "let a = Date()\nlet b = time(nil)\nContinuousClock.now\n")
        == [1, 2, 3])
    #expect(Sample.lines(WordRules.clock, "let time = input.time\nfunc time() {}\n") == [])
  }

  @Test("chance is found, seeded chance is not")
  func chance() {
    let bad = "Int.random(in: 0..<3)\na.shuffled()\na.hashValue\nvar h = Hasher()\n"
    #expect(Sample.lines(WordRules.chance, bad) == [1, 2, 3, 4])
    let good = "a.shuffled(using: &dice)\nfunc hash(into hasher: inout Hasher) {}\n"
    #expect(Sample.lines(WordRules.chance, good) == [])
  }

  @Test("print is found, a method of that name is not")
  func printing() {
    #expect(
      Sample.lines(WordRules.printing, "print(a)\ndebugPrint(a)\nreport.print(a)\n") == [1, 2])
  }

  @Test("a sleep is found in the tests of pure modules")
  func waiting() {
    let text = "import RaftTypes\nusleep(3)\n"
    #expect(Sample.lines(WordRules.waiting, text, at: "Tests/VocabularyTests/A.swift") == [2])
    #expect(Sample.lines(WordRules.waiting, text, at: Sample.world) == [])
  }
}
