import Testing

@Suite("Documentation rules bite")
struct DocumentationRulesTests {
  @Test("shared types without a docstring are found, nested ones too")
  func types() {
    let text = """
      public struct A {
        package enum B { case c }
        enum Internal {}
      }
      /// Says something.
      @frozen
      public struct D {}
      """
    #expect(Sample.lines(DocumentationRules.types, text) == [1, 2])
  }

  @Test("shared functions without a docstring are found")
  func functions() {
    let text = """
      extension A {
        package static func f() {}
        /// Says something.
        @discardableResult package func g() -> Int { 1 }
        private func h() {}

        /// Speaks for both.
        package func i() {}
        package func j() {}

        package func k() {}
        public static func < (a: A, b: A) -> Bool { true }
      }
      extension A: Collection {
        public func index(after i: Int) -> Int { i + 1 }
      }
      """
    #expect(Sample.lines(DocumentationRules.functions, text) == [2, 11])
  }
}
