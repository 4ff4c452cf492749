import Glibc
import Testing

@testable import LiveCluster

/// The whole product on a segment of network namespaces. Needs root, ip and nft, and the programs
/// beside the tests or in QUOIN_BIN. `scripts/failover-soak` is the same for an hour.
@Suite("A moving address", .serialized, .timeLimit(.minutes(10)))
struct FailoverTests {
  @Test(
    "three rounds of each fault: never two holders, nothing left behind, nothing lost",
    .enabled(if: Lab.isPossible, "needs root, ip, nft and setpriv, and no other lab here"),
    arguments: ["lan", "lan-fast"])
  func rounds(profile: String) async throws {
    try await inFolder { folder, faultlab in
      let process = try ChildProcess(
        [
          faultlab, "failover", "--rounds", "3", "--profile", profile, "--out", folder + "/report",
          "--data", folder + "/lab",
        ], log: folder + "/log")
      let ending = await process.ended(within: .seconds(240))
      #expect(ending == .exit(0), "\(TextFile.read(folder + "/log"))")
    }
  }

  @Test(
    "1,000 idle clients and some that write learn that their silent holder has a successor",
    .enabled(if: Lab.isPossible, "needs root, ip, nft and setpriv, and no other lab here"),
    arguments: ["freeze", "link-down"])
  func openClients(kind: String) async throws {
    try await inFolder { folder, faultlab in
      let process = try ChildProcess(
        [
          faultlab, "failover", "--kind", kind, "--rounds", "1", "--clients", "1000",
          "--out", folder + "/report", "--data", folder + "/lab",
        ], log: folder + "/log")
      let ending = await process.ended(within: .seconds(120))
      #expect(ending == .exit(0), "\(TextFile.read(folder + "/log"))")
      let table = TextFile.read(folder + "/report/table.txt")
      #expect(table.contains("\(kind): 1000 idle clients"), "\(table)")
    }
  }

  @Test(
    "negative control: guards without gate and end are caught with two holders",
    .enabled(if: Lab.isPossible, "needs root, ip, nft and setpriv, and no other lab here"))
  func negativeControl() async throws {
    try await inFolder { folder, faultlab in
      let process = try ChildProcess(
        [
          faultlab, "failover", "--kind", "freeze", "--rounds", "1", "--negative-control",
          "--out", folder + "/report", "--data", folder + "/lab",
        ], log: folder + "/log")
      #expect(await process.ended(within: .seconds(120)) == .exit(1))
      let table = TextFile.read(folder + "/report/table.txt")
      let row = table.split(separator: "\n").first { $0.hasPrefix("freeze") }
      let overlaps = row?.split(separator: " ").last.flatMap { Int($0) }
      #expect(overlaps ?? 0 > 0, "\(TextFile.read(folder + "/log"))")
    }
  }

  @Test(
    "a lab that is taken away leaves nothing, also when its namespaces lost their names",
    .enabled(if: Lab.isPossible, "needs root, ip, nft and setpriv, and no other lab here"))
  func down() async throws {
    try await inFolder { folder, faultlab in
      let up = try ChildProcess(
        [faultlab, "lab", "up", "--data", folder + "/lab"], log: folder + "/log")
      #expect(await up.ended(within: .seconds(60)) == .exit(0), "\(TextFile.read(folder + "/log"))")
      let node = LabProcess("kvnode", in: folder + "/lab/h1")
      let pid = try #require(node.pid)
      _ = try Command.run(["ip", "netns", "delete", LabPlan.host(1)])
      try Lab.down(in: folder + "/lab")
      #expect(LabSegment.present.isEmpty)
      // Whoever reaps it may take its time; a process that is over has no command line any more.
      #expect(kill(pid, 0) != 0 || TextFile.read("/proc/\(pid)/cmdline").isEmpty)
      #expect(Folder.names(in: folder + "/lab").isEmpty)
    }
  }

  private func inFolder(_ body: (String, String) async throws -> Void) async throws {
    let kvnode = try #require(try? Programs.find().kvnode, "build kvnode first")
    var template = Array("/tmp/qlive-failover-XXXXXX".utf8CString)
    _ = try #require(mkdtemp(&template))
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    do {
      try await body(folder, String(kvnode.dropLast("kvnode".count)) + "faultlab")
    } catch {
      Issue.record(error)
    }
    try Lab.down(in: folder + "/lab")
    Folder.empty(folder)
    rmdir(folder)
  }
}
