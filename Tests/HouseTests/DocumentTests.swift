import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
  private static let documents: [String] = {
    let docs =
      (try? FileManager.default.subpathsOfDirectory(
        atPath: "\(SourceTree.house.root)/docs")) ?? []
    return ["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
  }()

  @Test("every file that a document names exists", arguments: documents)
  func names(document: String) {
    let names = DocumentReader.names(in: SourceTree.house.text(of: document), at: document)
    for name in names where !SourceTree.house.has(name) {
      Issue.record("\(document) names \(name)")
    }
  }

  @Test("docs/PITFALLS.md tells of every pitfall that a source cites")
  func pitfalls() throws {
    let told = Set(
      SourceTree.house.text(of: "docs/PITFALLS.md").matches(of: /\n\| (\d+) \|/).map { $0.output.1 }
    )
    #expect(told.count > 60)
    let citation = /pitfalls? (\d+)(?:(?:, | and )(\d+))*/
    for file in SourceTree.house.files {
      for match in file.lines.joined(separator: "\n").matches(of: citation) {
        for number in match.output.0.matches(of: /\d+/) where !told.contains(number.output) {
          Issue.record("\(file.path) cites pitfall \(number.output)")
        }
      }
    }
  }

  @Test("links are resolved beside their document, floors under Sources")
  func reading() {
    let text = """
      See [that](pictures/put.svg) and [there](https://example.org/a/b), in `scripts/up --detach`,
      `3-Parts/WriteAheadLog`, `/v1/kv` and `a/b`.
      """
    #expect(
      DocumentReader.names(in: text, at: "docs/A.md") == [
        "docs/pictures/put.svg", "scripts/up", "Sources/3-Parts/WriteAheadLog",
      ])
    #expect(!SourceTree.house.has("scripts/sideways"))
  }
}
