import ClientProtocol
import Glibc
import KeyValueClient
import PosixStorage
import Testing

extension EndToEnd {
  @Suite("kvctl cluster up and down")
  struct LocalClusterTests {
    @Test("up and down may be repeated; --node starts one again; nothing else does")
    func upAndDown() async throws {
      try await Cluster.use(starting: false) { cluster in
        defer { endHolders(cluster) }
        let data = ["--data", cluster.data]
        let up = ["cluster", "up", "--detach"]
        let first = try await cluster.kvctl(up + cluster.layout)
        #expect(first.code == 0, "\(first.errors)")
        let pids = holders(cluster)
        #expect(pids.compactMap { $0 }.count == 3)
        try await cluster.client.put("kept", "x")
        #expect(try await cluster.kvctl(up + data).code == 0)
        #expect(holders(cluster) == pids, "what ran was started again")
        let other = try await cluster.kvctl(up + data + ["--nodes", "5"])
        #expect(other.code == 2 && other.isOneLineOfErrors, "\(other.errors)")

        let two = try #require(pids[1])
        kill(two, SIGKILL)
        _ = try await eventually("node 2 is gone") { holders(cluster)[1] == nil ? true : nil }
        let back = try await cluster.kvctl(["cluster", "up", "--node", "2"] + data)
        #expect(back.code == 0, "\(back.errors)")
        #expect(holders(cluster)[1] != nil)
        let twice = try await cluster.kvctl(["cluster", "up", "--node", "2"] + data)
        #expect(twice.code == 1 && twice.isOneLineOfErrors, "\(twice.errors)")
        let none = try await cluster.kvctl(["cluster", "up", "--node", "9"] + data)
        #expect(none.code == 2 && none.isOneLineOfErrors, "\(none.errors)")
        try await cluster.converges()

        let down = try await cluster.kvctl(["cluster", "down"] + data)
        #expect(down.output == "stopped 3 nodes\n", "\(down.errors)")
        let again = try await cluster.kvctl(["cluster", "down"] + data)
        #expect(again.code == 0 && again.output == "nothing was running\n", "\(again.errors)")
        #expect(holders(cluster) == [nil, nil, nil])
        #expect(try await cluster.kvctl(up + data).code == 0)
        #expect(try await cluster.client.get("kept") != nil)
        #expect(try await cluster.kvctl(["cluster", "down"] + data).code == 0)
      }
    }

    @Test("--empty starts a node whose directory is gone, and a new one; both become voters")
    func emptyNodes() async throws {
      try await Cluster.use(starting: false) { cluster in
        let data = ["--data", cluster.data]
        defer {
          endHolders(cluster)
          if let pid = try? DirectoryLock.holder(of: cluster.directory(4)) { kill(pid, SIGKILL) }
        }
        #expect(try await cluster.kvctl(["cluster", "up", "--detach"] + cluster.layout).code == 0)
        let refused = try await cluster.kvctl(
          ["cluster", "up", "--node", "2", "--empty"] + data)
        #expect(refused.code == 1 && refused.isOneLineOfErrors, "\(refused.errors)")
        let two = try #require(holders(cluster)[1])
        kill(two, SIGKILL)
        _ = try await eventually("node 2 is gone") { holders(cluster)[1] == nil ? true : nil }
        Folder.remove(cluster.directory(2))
        for id in [2, 4] {
          let run = try await cluster.kvctl(
            ["cluster", "up", "--node", "\(id)", "--empty"] + data)
          #expect(run.code == 0, "\(run.errors)")
          if id == 4 { #expect(try await cluster.add(4).code == 0) }
          try await cluster.settles(id, as: .voter)
        }
        try await cluster.converges([1, 2, 3, 4])
      }
    }

    private func holders(_ cluster: Cluster) -> [Int32?] {
      cluster.ids.map { id in
        (try? DirectoryLock.holder(of: cluster.directory(id))).flatMap { $0 }
      }
    }

    // These processes are not this test's children: only their locks tell who they are.
    private func endHolders(_ cluster: Cluster) {
      for pid in holders(cluster) {
        if let pid { kill(pid, SIGKILL) }
      }
    }
  }
}
