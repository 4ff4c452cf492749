import ClientProtocol
import Glibc
import KeyValueClient
import Testing

extension EndToEnd {
  @Suite("kvctl load and the log's inspection")
  struct LoadTests {
    @Test("pitfall 60: a load survives the leader's death and an interruption, complete")
    func load() async throws {
      try await Cluster.use { cluster in
        let records = (1...6000).map { ("pkg/\($0)", "record \($0) " + filling($0)) }
        let file = cluster.folder.path + "/records.tsv"
        let state = cluster.folder.path + "/load.state"
        let text = records.map { "\($0.0)\t\($0.1)\n" }.joined()
        try Folder.write(Array(text.utf8), to: file)
        let command = ["load", file, "--state", state, "--in-flight", "16"] + cluster.connection
        let programs = try #require(Programs.found)
        let first = try cluster.begin(programs.kvctl, command)
        try await loaded(cluster, atLeast: 500)
        let leader = try await cluster.leader()
        try cluster.kill(leader)
        try await loaded(cluster, atLeast: 1500)
        first.process.signal(SIGINT)
        _ = try await first.process.waitUntilEnded()
        try cluster.start(leader)
        let second = try await cluster.kvctl(command + ["-o", "json"])
        #expect(second.code == 0, "\(second.errors)")
        let said = Document(second.output.split(separator: "\n").last ?? "")
        let counts = [said["loaded"], said["skipped"]].map { $0.flatMap { Int($0) } ?? -1 }
        #expect(counts[0] + counts[1] == records.count, "\(second.output)")
        let third = try await cluster.kvctl(command + ["-o", "json"])
        #expect(Document(third.output)["loaded"] == "0", "\(third.output)\(third.errors)")
        let found = try await cluster.everything("pkg/")
        #expect(found.count == records.count)
        #expect(records.allSatisfy { found[$0.0] == $0.1 })
        try await cluster.converges()
      }
    }

    @Test("a load that waits for an input which does not come ends by a signal")
    func silentInput() async throws {
      try await Cluster.use { cluster in
        let pipe = cluster.folder.path + "/records.fifo"
        #expect(mkfifo(pipe, 0o600) == 0)
        // Both ends, so that the other side neither waits for a writer nor sees the end.
        let held = open(pipe, O_RDWR | O_CLOEXEC)
        defer { close(held) }
        let record = Array("a\t1\n".utf8)
        #expect(write(held, record, record.count) == record.count)
        let programs = try #require(Programs.found)
        let load = try cluster.begin(
          programs.kvctl, ["load", pipe, "--format", "tsv"] + cluster.connection)
        try await Task.sleep(for: .milliseconds(500))
        load.process.signal(SIGINT)
        #expect(try await load.process.waitUntilEnded() == .exit(1))
        #expect(try await load.finish().errors.contains("interrupted"))
      }
    }

    @Test("wal verify and wal dump read a stopped node's directory, and change nothing")
    func inspection() async throws {
      try await Cluster.use { cluster in
        for number in 1...20 {
          try await cluster.client.put("k\(number)", "value")
        }
        try await cluster.converges()
        #expect(try await cluster.ctl("snapshot", "save").code == 0)
        #expect(try await cluster.stop(2) == .exit(0))
        let files = ["ballot", "identity", "wal/1.log"].map { cluster.directory(2) + "/" + $0 }
        let before = files.map(Folder.read)
        let verdict = try await cluster.kvctl(["wal", "verify", "-o", "json", cluster.directory(2)])
        #expect(verdict.code == 0, "\(verdict.errors)")
        #expect(Document(verdict.output)["troubles"] == "[]", "\(verdict.output)")
        let dump = try await cluster.kvctl(["wal", "dump", "-o", "json", cluster.directory(2)])
        #expect(dump.code == 0, "\(dump.errors)")
        let kinds = dump.output.split(separator: "\n").map { Document($0)["kind"] ?? "none" }
        #expect(Set(["identity", "ballot", "segment", "entry"]).isSubset(of: Set(kinds)))
        #expect(kinds.filter { $0 == "entry" }.count >= 22)
        let table = try await cluster.kvctl(["wal", "dump", cluster.directory(2)])
        #expect(table.code == 0 && !table.output.isEmpty)
        #expect(files.map(Folder.read) == before)
        let nothing = try await cluster.kvctl(["wal", "verify", cluster.folder.path])
        #expect(nothing.code == 1 && nothing.isOneLineOfErrors, "\(nothing.errors)")
      }
    }

    private func filling(_ number: Int) -> String {
      String(repeating: "x\(number % 7)", count: 60 + number % 40)
    }

    private func loaded(_ cluster: Cluster, atLeast count: UInt64) async throws {
      let query = RangeQuery(range: .prefix(Array("pkg/".utf8)[...]), content: .countOnly)
      _ = try await eventually("\(count) records are there") {
        let page = try? await cluster.client.page(query)
        return page.map { $0.count >= count } == true ? true : nil
      }
    }
  }
}
