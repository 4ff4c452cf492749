import Testing

@Suite("Import rules bite")
struct ImportRulesTests {
  @Test("a neighbour and a higher floor may not be imported")
  func floors() {
    let text = "package import BinaryCodec\nimport RaftTypes\nimport RaftCore\n"
    let path = "Sources/1-Vocabulary/Sample/Sample.swift"
    #expect(Sample.lines(ImportRules.strictlyLower, text, at: path) == [2, 3])
  }

  @Test("the operating system may not be imported below floor 5")
  func foreign() {
    let text = "import RaftTypes\nimport Foundation\ninternal import Glibc\n"
    #expect(Sample.lines(ImportRules.nothingForeignBelow, text) == [2, 3])
    #expect(Sample.lines(ImportRules.nothingForeignBelow, text, at: Sample.world) == [])
  }

  @Test("Foundation may not be imported by tests of the lower floors")
  func foundation() {
    let text = "@testable import RaftTypes\nimport Foundation\n"
    let path = "Tests/VocabularyTests/Sample.swift"
    #expect(Sample.lines(ImportRules.foundation, text, at: path) == [2])
  }

  @Test("a drawing that differs from the imports is found, floor by floor and row by row")
  func drawing() {
    let text = """
      1-Vocabulary   RaftTypes
      2-Consensus    RaftCore   Ghost

      | module | one line | imports | from outside |
      |---|---|---|---|
      | RaftTypes | the nouns | – | – |
      | RaftCore | the algorithm | – | NIOCore |
      """
    let built: [Room: Set<String>] = [
      Room(floor: 1, module: "RaftTypes"): [], Room(floor: 2, module: "RaftCore"): ["RaftTypes"],
      Room(floor: 3, module: "WriteAheadLog"): ["Glibc"],
    ]
    #expect(
      Drawing(of: text).differences(from: built) == [
        "Ghost is not built, drawn on 2", "WriteAheadLog stands on floor 3, drawn on none",
        "RaftCore's row should end | RaftTypes |  |", "WriteAheadLog's row should end |  | Glibc |",
      ])
  }
}
