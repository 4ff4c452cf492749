import Testing

@Suite("Code is told from prose")
struct LexerTests {
  private func code(_ text: String) -> String {
    SourceFile(path: "A.swift", text: text).code.joined(separator: "\n")
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test("comments are blanked, nested ones to their own end")
  func comments() {
    #expect(code("a // b\nc /* d /* e */ f */ g") == "a c g")
    #expect(code("a \"//\" b") == "a b")
  }

  @Test("strings are blanked, in every quotation")
  func strings() {
    #expect(code(#"a "b \" c" d"#) == "a d")
    #expect(code("a #\"b \" c \\n\"# d") == "a d")
    #expect(code("a \"\"\"\n b \"c\" \n \"\"\" d") == "a d")
    #expect(code("a \"\" b") == "a b")
  }

  @Test("an interpolation is code, whatever quotes it holds")
  func interpolation() {
    #expect(code(#"a "b \(c["d"] + f(e)) g" h"#) == "a c[ ] + f(e) h")
  }

  @Test("an outline finds declarations with their ends, and nothing inside functions")
  func outline() {
    let text = """
      public struct A<T>: B where T: C {
        let a: [Int] = [1, 2].map { $0 }
        static func < (a: A, b: A) -> Bool { let inner = 1; return inner > 0 }
        private(set) var v: Int {
          func hidden() {}
          return 1
        }
        protocol P {
          func required(_ f: () -> Void) throws(E) -> X
          init?()
        }
        enum R: String { case x, y }
      }
      extension A: D {}
      @discardableResult
      func top(
        a: Int
      )
        -> Int
      {
        1
      }
      """
    let found = SourceFile(path: "A.swift", text: text).declarations
    #expect(
      found.map { "\($0.name) \($0.firstLine)-\($0.lastLine)" } == [
        "A 1-13", "a 2-2", "< 3-3", "v 4-7", "P 8-11", "required 9-9", "init 10-10", "R 12-12",
        "A 14-14", "top 15-22",
      ])
    #expect(found.first { $0.name == "required" }?.parents == ["A", "P"])
  }
}
