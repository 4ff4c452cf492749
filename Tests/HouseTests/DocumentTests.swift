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
