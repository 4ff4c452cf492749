import Glibc
import Testing

@Suite("DRIVE-YOUR-OWN-MACHINE.md")
struct GuideTests {
  private struct Unreadable: Error { let path: String }

  private static func text(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw Unreadable(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while true {
      let byte = fgetc(file)
      guard byte != EOF else { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
  }

  /// What stands between lines of three backticks, when the first one says Swift.
  private static func blocks(of guide: String) -> [String] {
    var blocks: [String] = []
    var open: String?
    for line in guide.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```swift" {
        open = ""
      } else if line == "```" {
        if let block = open { blocks.append(block) }
        open = nil
      } else if let block = open {
        open = block + line + "\n"
      }
    }
    return blocks
  }

  @Test("every piece of Swift in the guide is compiled and run here, letter by letter")
  func verbatim() throws {
    let folder = String(#filePath.dropLast("GuideTests.swift".count))
    let blocks = Self.blocks(of: try Self.text(folder + "../../../docs/DRIVE-YOUR-OWN-MACHINE.md"))
    let sources = try ["JobQueue", "QueueWorkload", "ForgetfulQueue", "GuideRun"].map {
      try Self.text(folder + "\($0).swift")
    }
    #expect(blocks.count == 6)
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
