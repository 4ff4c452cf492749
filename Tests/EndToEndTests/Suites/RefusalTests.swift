import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("kvnode refuses in one clear line")
  struct RefusalTests {
    @Test("what is wrong with its configuration: exit status 2")
    func configuration() async throws {
      try await Cluster.use(starting: false) { cluster in
        try await cluster.create()
        let file = ["--config", cluster.configuration(1)]
        let foreign = cluster.folder.path + "/foreign.yaml"
        try Folder.write(
          Array((Folder.text(cluster.configuration(1)) + "listne:\n  client: x\n").utf8),
          to: foreign)
        let wrong: [(arguments: [String], says: String)] = [
          (["--bogus"], "--bogus"), (["--node-id"], "--node-id needs a value"),
          ([], "node.id is not set"), (["--config", "/nowhere.yaml"], "/nowhere.yaml"),
          (["--config", foreign], "listne.client is no key of kvnode"),
          (file + ["--node-id", "0"], "node.id: \"0\""),
          (file + ["--listen-client", "nowhere"], "listen.client: \"nowhere\""),
          (file + ["--profile", "warp"], "lan, lan-fast or wan"),
          (file + ["--vip-address", "10.0.0.1:80"], "vip.address"),
          (file + ["--log-level", "loud"], "log.level"), (file + ["stray"], "stray"),
        ]
        for (arguments, says) in wrong {
          let run = try await cluster.kvnode(arguments)
          #expect(run.code == 2, "kvnode \(arguments): \(run.errors)")
          #expect(run.isOneLineOfErrors, "kvnode \(arguments): \(run.errors)")
          #expect(run.errors.contains(says), "kvnode \(arguments): \(run.errors)")
        }
      }
    }

    @Test("a directory of another node, or with another node's ballot in it: exit status 1")
    func foreignDirectory() async throws {
      try await Cluster.use(starting: false) { cluster in
        try await cluster.create()
        let other = try await cluster.kvnode(
          ["--config", cluster.configuration(1), "--node-id", "2"])
        #expect(other.code == 1)
        #expect(other.errors.contains("belongs to node 1, but node.id is 2"), "\(other.errors)")
        #expect(other.isOneLineOfErrors, "\(other.errors)")
        try Folder.write(
          Folder.read(cluster.directory(2) + "/ballot"), to: cluster.directory(1) + "/ballot")
        let mixed = try await cluster.kvnode(["--config", cluster.configuration(1)])
        #expect(mixed.code == 1)
        #expect(mixed.errors.contains("ballot belongs to"), "\(mixed.errors)")
        #expect(mixed.isOneLineOfErrors, "\(mixed.errors)")
      }
    }

    @Test("a second process on its directory, or ports that are taken: exit status 1")
    func taken() async throws {
      try await Cluster.use(nodes: 1) { cluster in
        let second = try await cluster.kvnode(["--config", cluster.configuration(1)])
        #expect(second.code == 1)
        let pid = try cluster.process(1).pid
        #expect(second.errors.contains("in use by process \(pid)"), "\(second.errors)")
        #expect(second.isOneLineOfErrors, "\(second.errors)")
        #expect(try await cluster.stop(1) == .exit(0))
        for (port, key) in [(7381, "listen.client"), (7391, "listen.peer")] {
          let taken = try TakenAddress(Endpoint(host: cluster.host, port: UInt16(port)))
          let run = try await cluster.kvnode(["--config", cluster.configuration(1)])
          withExtendedLifetime(taken) {}
          #expect(run.code == 1)
          let last = run.errors.split(separator: "\n").last ?? ""
          #expect(last.contains(":\(port) (\(key)): the address is in use"), "\(run.errors)")
        }
        try cluster.start(1)
        try await cluster.serves()
      }
    }

    @Test("pitfall 69: with two of three disks wiped nothing is served, and the remedy is named")
    func wiped() async throws {
      try await Cluster.use { cluster in
        try await cluster.client.put("precious", "x")
        try await cluster.converges()
        cluster.killAll()
        for id in [1, 2] {
          let file = Folder.read(cluster.configuration(id))
          Folder.remove(cluster.directory(id))
          #expect(mkdir(cluster.directory(id), 0o700) == 0)
          try Folder.write(file, to: cluster.configuration(id))
        }
        let again = try await cluster.kvctl(["cluster", "init"] + cluster.layout)
        #expect(again.code == 1, "\(again.output)")
        for id in cluster.ids { try cluster.start(id) }
        for id in cluster.ids {
          _ = try await eventually("node \(id) answers") {
            try? RawConnection(cluster.endpoint(id))
          }
          let client = cluster.client(at: cluster.endpoint(id), deadline: .milliseconds(1500))
          let error = await #expect(throws: ClientError.self) { try await client.put("new", "y") }
          #expect(error?.outcome == .notApplied, "\(String(describing: error))")
          if id == 3 {
            await #expect(throws: ClientError.self) { try await client.get("precious") }
          }
          if id < 3 {
            #expect(cluster.log(of: id).contains("kvctl recover plan"))
          }
          #expect(await cluster.status(id)?.role != .leader)
        }
        let run = try await cluster.ctl("put", "new", "y", "--timeout", "3s")
        #expect(run.code == 4, "\(run.errors)")
      }
    }
  }
}
