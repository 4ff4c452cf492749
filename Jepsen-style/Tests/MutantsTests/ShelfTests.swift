import Testing

@testable import Mutants

@Suite("The shelf of mutants")
struct ShelfTests {
  private static let root: String = {
    let path = #filePath
    return String(path[..<(path.firstRange(of: "/Jepsen-style/")?.lowerBound ?? path.endIndex)])
  }()

  @Test("every mutant's lines still stand in the product, each once and inside one function")
  func lines() throws {
    let shelf = try MutantShelf(root: Self.root)
    let woven = try shelf.wovenSources()
    for (number, mutant) in shelf.mutants.enumerated() {
      let isWoven = woven.contains { $0.text.contains("case \(number + 1):\n") }
      #expect(isWoven, "\(mutant.name)")
    }
  }

  @Test("there are enough of them, and all are of the product below the world")
  func many() throws {
    let mutants = try MutantShelf(root: Self.root).mutants
    #expect(mutants.count >= 45)
    let floors = ["0-Ground", "1-Vocabulary", "2-Consensus", "3-Parts", "4-Replica"]
    for hunk in mutants.flatMap(\.hunks) {
      #expect(floors.contains { hunk.source.hasPrefix("Sources/\($0)/") }, "\(hunk.source)")
    }
  }

  @Test("a sentence says one thing about each, in words of its own")
  func sentences() throws {
    let mutants = try MutantShelf(root: Self.root).mutants
    for mutant in mutants { #expect(mutant.sentence.hasSuffix("."), "\(mutant.name)") }
    #expect(Set(mutants.map(\.sentence)).count == mutants.count)
  }
}
