import Testing

@testable import Mutants

@Suite("The format of a mutant")
struct ReaderTests {
  @Test("fields, context, removed and added lines are read")
  func whole() throws {
    let mutant = try MutantReader.read(
      """
      # Does a thing
      # that nobody wants.
      pitfalls: 1, 68
      profile: disks
      nodes: 5
      source: A.swift

       let a = 1
      -  let b = 2
      +  let b = 3
      +

      -last
      source: B.swift
      +new
      -old
      """, name: "thing")
    #expect(mutant.name == "thing")
    #expect(mutant.sentence == "Does a thing that nobody wants.")
    #expect(mutant.pitfalls == [1, 68])
    #expect(mutant.profile == "disks" && mutant.nodes == 5)
    #expect(
      mutant.hunks == [
        Mutant.Hunk(
          source: "A.swift", original: "let a = 1\n  let b = 2",
          replacement: "let a = 1\n  let b = 3\n"),
        Mutant.Hunk(source: "A.swift", original: "last", replacement: ""),
        Mutant.Hunk(source: "B.swift", original: "old", replacement: "new"),
      ])
  }

  @Test(
    "what breaks the format is refused with its line",
    arguments: [
      ("# S.\nsource: A\n+b", 3), ("# S.\nsource: A\n a", 3), ("# S.\n-a\n+b", 3),
      ("source: A\n-a", 2), ("# S.\nsource: A", 2), ("# S.\ncolour: red\nsource: A\n-a", 2),
      ("# S.\npitfalls: x\nsource: A\n-a", 2), ("# S.\nnonsense", 2),
    ])
  func refused(text: String, line: Int) {
    #expect {
      try MutantReader.read(text, name: "m")
    } throws: { error in
      guard case .malformed("m", line, _)? = error as? MutantError else { return false }
      return true
    }
  }
}
