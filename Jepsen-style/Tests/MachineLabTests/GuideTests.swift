import Foundation
import Testing

@Suite("DRIVE-YOUR-OWN-MACHINE.md")
struct GuideTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  private static func text(_ url: URL) throws -> String {
    try String(contentsOf: url, encoding: .utf8)
  }

  @Test("every piece of Swift in the guide is compiled and run here, letter by letter")
  func verbatim() throws {
    let guide = Self.folder.appending(path: "../../../docs/DRIVE-YOUR-OWN-MACHINE.md").standardized
    let blocks = try Self.text(guide).components(separatedBy: "```swift\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    let sources = try ["JobQueue", "QueueWorkload", "BrokenQueues", "GuideRun"].map {
      try Self.text(Self.folder.appending(path: "\($0).swift"))
    }
    #expect(blocks.count >= 4)
    for block in blocks {
      #expect(sources.contains { $0.contains(block) }, "not in the tests:\n\(block)")
    }
  }

  @Test("the run of the guide finds the bug, and nothing in the sound queue")
  func search() throws {
    let lines = GuideRun.search()
    #expect(lines.count == 1)
    #expect(try #require(lines.first).hasPrefix("ForgetfulQueue, seed "))
  }
}
