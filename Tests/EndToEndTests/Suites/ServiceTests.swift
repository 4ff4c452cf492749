import ClientProtocol
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("Reads and writes through any door")
  struct ServiceTests {
    @Test("the virtual address and every node put, get, list, delete and transact alike")
    func everyDoor() async throws {
      try await Cluster.use { cluster in
        for (number, door) in cluster.endpoints.enumerated() {
          let at = ["--endpoints", door.description]
          let key = "door\(number)"
          #expect(try await cluster.kvctl(["put", key, "a value"] + at).code == 0)
          for other in cluster.endpoints {
            let got = try await cluster.kvctl(["get", key, "--endpoints", other.description])
            #expect(got.output == "a value\n" || got.output == "a value", "\(door), \(other)")
          }
          let list = try await cluster.kvctl(["ls", "door"] + at)
          #expect(list.code == 0 && list.output.contains(key))
          let document = "\(cluster.folder.path)/txn.json"
          let text = """
            {"compare":[{"key":"\(key)","value":"a value"}],\
            "success":[{"put":{"key":"\(key)-done","value":"yes"}}]}
            """
          try Folder.write(Array(text.utf8), to: document)
          let transaction = try await cluster.kvctl(["txn", document] + at)
          #expect(transaction.code == 0, "\(transaction.errors)")
          #expect(try await cluster.kvctl(["get", "\(key)-done"] + at).code == 0)
          #expect(try await cluster.kvctl(["del", key] + at).code == 0)
          #expect(try await cluster.kvctl(["get", key] + at).code == 3)
        }
        try await cluster.converges()
      }
    }

    @Test("an output that has no room for all of it is a failure, a reader that went away is none")
    func lostOutput() async throws {
      try await Cluster.use { cluster in
        #expect(try await cluster.ctl("put", "a", "1").code == 0)
        let kvctl = try #require(Programs.found).kvctl
        let errors = "\(cluster.folder.path)/full.err"
        for command in [["get", "a"], ["ls", "--values"], ["status"]] {
          let run = try ChildProcess(
            kvctl, command + cluster.connection, output: "/dev/full", errors: errors)
          #expect(try await run.waitUntilEnded(within: .seconds(30)) == .exit(1), "\(command)")
        }
        #expect(Folder.text(errors).contains("cannot write the output"))
        // The other end of this pipe is closed before anything is written to it.
        let line = #"{ sleep 0.5; "$0" "$@"; } | true; exit "${PIPESTATUS[0]}""#
        let gone = try ChildProcess(
          "/bin/bash", ["-c", line, kvctl, "get", "a"] + cluster.connection,
          output: "/dev/null", errors: errors + "2")
        #expect(try await gone.waitUntilEnded(within: .seconds(30)) == .exit(0))
        #expect(Folder.text(errors + "2").isEmpty)
      }
    }

    @Test("ls says nothing of values unless it is asked for them")
    func keysAlone() async throws {
      try await Cluster.use { cluster in
        #expect(try await cluster.ctl("put", "a", "1").code == 0)
        let keys = try await cluster.ctl("ls", "-o", "json")
        #expect(keys.output.contains(#""key":"a""#) && !keys.output.contains(#""value""#))
        let all = try await cluster.ctl("ls", "-o", "json", "--values")
        #expect(all.output.contains(#""value":"1""#))
      }
    }

    @Test("kvctl says by its exit status what happened: 0, 1, 2, 3, 4")
    func exitStatus() async throws {
      try await Cluster.use { cluster in
        #expect(try await cluster.ctl("put", "a", "1").code == 0)
        #expect(try await cluster.ctl("get", "a").code == 0)
        let failures: [(arguments: [String], code: Int32)] = [
          (["get", "missing"] + cluster.connection, 3),
          (["cas", "a", "2", "--absent"] + cluster.connection, 3),
          (["get", "a", "--revision", "99999"] + cluster.connection, 1),
          (["compact", "99999"] + cluster.connection, 1),
          (["get"], 2), (["get", "a", "--bogus"], 2), (["nonsense"], 2),
          (["get", "a", "--endpoints", "nowhere"], 2),
          (["get", "a", "--endpoints", "\(cluster.host):9", "--timeout", "300ms"], 4),
          (["bench", "put", "--idle", "3", "--endpoints", "\(cluster.vip),\(cluster.host):9"], 4),
        ]
        for (arguments, code) in failures {
          let run = try await cluster.kvctl(arguments)
          #expect(run.code == code, "kvctl \(arguments): \(run.errors)")
          #expect(run.isOneLineOfErrors, "kvctl \(arguments): \(run.errors)")
          #expect(run.output.isEmpty, "kvctl \(arguments)")
        }
        // Without a majority the cluster is not available, which is said in time.
        let leader = try await cluster.leader()
        for id in cluster.ids where id != leader { try cluster.kill(id) }
        let run = try await cluster.ctl("put", "b", "1", "--timeout", "3s")
        #expect(run.code == 4, "\(run.errors)")
        #expect(run.isOneLineOfErrors, "\(run.errors)")
      }
    }

    @Test("pitfall 62: a follower's death does not move the address, nor stop the service")
    func followersDeath() async throws {
      try await Cluster.use { cluster in
        let before = try await cluster.serves()
        let leader = try await cluster.leader()
        let through = cluster.client(at: cluster.vip)
        for id in cluster.ids where id != leader {
          try cluster.kill(id)
          try await through.put("after \(id)", "x")
          try cluster.start(id)
          try await cluster.converges()
        }
        let after = try await cluster.serves()
        #expect(after.vip?.holder == before.vip?.holder)
        #expect(after.term == before.term)
      }
    }

    @Test("a node's heap is jemalloc's as the program is linked, with the thread that gives back")
    func heap() async throws {
      try await Cluster.use { cluster in
        for id in cluster.ids {
          let tasks = "/proc/\(try cluster.process(id).pid)/task"
          let names = Folder.names(in: tasks).map { Folder.text("\(tasks)/\($0)/comm") }
          #expect(names.contains("jemalloc_bg_thd\n"), "\(names)")
          let page = try RawConnection(cluster.endpoint(id)).exchange(.metrics)?.text ?? ""
          #expect(page.contains("\nquoin_heap_allocated_bytes "))
          #expect(page.contains("\nquoin_heap_resident_bytes "))
        }
      }
    }

    @Test("pitfall 21: a node that has just come back never reads older than what was acknowledged")
    func readsAfterRestart() async throws {
      try await Cluster.use { cluster in
        for round in 1...3 {
          let value = "round \(round)"
          try await cluster.client.put("seen", value)
          cluster.killAll()
          for id in cluster.ids { try cluster.start(id) }
          // The first answer that any of them gives.
          for id in cluster.ids {
            let client = cluster.client(at: cluster.endpoint(id))
            let found = try await eventually("node \(id) reads") { try? await client.get("seen") }
            #expect(found == value)
          }
        }
      }
    }
  }
}
