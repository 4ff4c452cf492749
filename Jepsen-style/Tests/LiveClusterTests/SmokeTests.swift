import Glibc
import Testing

@testable import LiveCluster

/// Real processes for some seconds. Needs kvnode and faultlab beside the tests, or in QUOIN_BIN.
@Suite("A short live run", .serialized, .timeLimit(.minutes(3)))
struct SmokeTests {
  @Test("on loopback: nothing lost, every fault took effect, and the folder is complete")
  func proxy() async throws {
    try await run(["--network", "proxy", "--nemesis", "kill,pause,partition"])
  }

  @Test(
    "in namespaces: the same",
    .enabled(if: NamespaceNetwork.obstacle == nil, "needs root, ip and nft"))
  func namespaces() async throws {
    try await run(["--network", "netns", "--nemesis", "kill,partition"])
  }

  // libfaketime and jemalloc once waited for each other before kvnode's first line.
  @Test(
    "with bent clocks: the same",
    .enabled(if: FakeClock.obstacle == nil, "needs libfaketime"))
  func clocks() async throws {
    try await run(["--network", "proxy", "--nemesis", "clock"])
  }

  private func run(_ arguments: [String]) async throws {
    let kvnode = try #require(try? Programs.find().kvnode, "build kvnode first")
    let programs = String(kvnode.dropLast("/kvnode".count))
    var template = Array("/tmp/qlive-smoke-XXXXXX".utf8CString)
    _ = try #require(mkdtemp(&template))
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer {
      Folder.empty(folder)
      rmdir(folder)
    }
    let process = try ChildProcess(
      [
        "\(programs)/faultlab", "live", "--workload", "append", "--seconds", "12", "--out",
        folder + "/report",
      ] + arguments, log: folder + "/log", variables: ["QUOIN_BIN=\(programs)"])
    let ending = await process.ended(within: .seconds(100))
    #expect(ending == .exit(0), "\(TextFile.read(folder + "/log"))")
    let files = Folder.names(in: folder + "/report").filter { $0 != "nodes" }
    #expect(
      files == ["faults.ndjson", "history.ndjson", "timeline.svg", "verdict.json", "verdict.txt"])
    #expect(TextFile.read(folder + "/report/timeline.svg").hasSuffix("</svg>\n"))
  }
}
