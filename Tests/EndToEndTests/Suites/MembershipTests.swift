import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("Members come and go")
  struct MembershipTests {
    @Test("a fourth and a fifth node join under writers, and the cluster may lose one more")
    func grow() async throws {
      try await Cluster.use { cluster in
        #expect(try await cluster.canLose() == 1)
        let clients = cluster.ids.map { cluster.client(at: cluster.endpoint($0)) }
        let notes = try await Writers.during(clients, prefix: "g") { writers in
          for id in 4...5 {
            try await writers.progress(by: 50)
            try await cluster.startEmpty(id)
            let added = try await cluster.add(id)
            #expect(added.code == 0, "\(added.errors)")
            #expect(added.output == "node \(id) is a voter now\n")
          }
          try await writers.progress(by: 50)
        }
        #expect(notes.errors.isEmpty, "\(notes.errors)")
        try await notes.hold(on: cluster, prefix: "g")
        #expect(try await cluster.canLose() == 2)
        try await cluster.converges([1, 2, 3, 4, 5])
      }
    }

    @Test("pitfall 29: a mistyped address is refused, or leaves again, and one node serves on")
    func mistyped() async throws {
      try await Cluster.use(nodes: 1) { cluster in
        let nobody = "\(cluster.host):7399"
        let refused = try await cluster.add(2)
        #expect(refused.code == 4)
        #expect(refused.errors.contains("start kvnode there first"))
        #expect(refused.isOneLineOfErrors)
        try await cluster.startEmpty(2)
        let notes = try await Writers.during([cluster.client], prefix: "m") { writers in
          let left = try await cluster.ctl(
            "member", "add", "2", "--peer", nobody, "--client", cluster.endpoint(2).description)
          #expect(left.code == 1)
          #expect(left.errors.contains("left again"), "\(left.errors)")
          try await writers.progress(by: 20)
        }
        #expect(notes.errors.isEmpty, "\(notes.errors)")
        try await notes.hold(on: cluster, prefix: "m")
        #expect(try await cluster.client.members().members.map(\.id) == [NodeID(1)])
        let added = try await cluster.add(2)
        #expect(added.code == 0, "\(added.errors)")
      }
    }

    @Test("a learner receives everything, and is promoted and demoted by a word")
    func learner() async throws {
      try await Cluster.use { cluster in
        try await cluster.startEmpty(4)
        let added = try await cluster.add(4, "--learner")
        #expect(added.output == "node 4 is a learner now\n", "\(added.errors)")
        try await cluster.client.put("k", "v")
        try await cluster.converges([1, 2, 3, 4])
        let screen = try await cluster.ctl("status")
        #expect(screen.output.contains("3 of 3 voters reachable, 2 needed, n4 learner"))
        let promoted = try await cluster.ctl("member", "promote", "4")
        #expect(promoted.output == "node 4 is a voter now\n", "\(promoted.errors)")
        let again = try await cluster.ctl("member", "promote", "4")
        #expect(again.code == 1 && again.errors.contains("is a voter already"))
        let demoted = try await cluster.ctl("member", "demote", "4")
        #expect(demoted.output == "node 4 is a learner now\n", "\(demoted.errors)")
        for id in 1...4 {
          try await cluster.sees(id, [1: .voter, 2: .voter, 3: .voter, 4: .learner])
        }
      }
    }

    @Test("pitfall 26: a removed leader steps down, says so, and writes go on within a moment")
    func removeLeader() async throws {
      try await Cluster.use { cluster in
        let leader = try await cluster.leader()
        let rest = cluster.ids.filter { $0 != leader }
        let clients = rest.map { cluster.client(at: cluster.endpoint($0)) }
        let notes = try await Writers.during(clients, prefix: "r") { writers in
          try await writers.progress(by: 50)
          let removed = try await cluster.ctl("member", "remove", "\(leader)")
          #expect(removed.code == 0, "\(removed.errors)")
          try await writers.progress(by: 50)
        }
        try await notes.hold(on: cluster, prefix: "r")
        #expect(rest.contains(try await cluster.leader()))
        _ = try await eventually("the removed leader says that it was removed") {
          cluster.log(of: leader).contains("removed") ? true : nil
        }
        let term = try await cluster.client.status().term
        try await cluster.converges(rest)
        #expect(try await cluster.client.status().term == term, "the removed node disturbs")
        // What is left is two voters, of which none may be lost; the last but one may leave still.
        #expect(try await cluster.canLose() == 0)
      }
    }

    @Test("a node takes another's place in one step")
    func replace() async throws {
      try await Cluster.use { cluster in
        try await cluster.startEmpty(4)
        let replaced = try await cluster.ctl(
          "member", "replace", "2", "4", "--peer", cluster.peer(4).description, "--client",
          cluster.endpoint(4).description)
        #expect(replaced.output == "node 4 is a voter now\n", "\(replaced.errors)")
        for id in [1, 3, 4] { try await cluster.sees(id, [1: .voter, 3: .voter, 4: .voter]) }
        _ = try await eventually("node 2 says that it was removed") {
          cluster.log(of: 2).contains("was removed") ? true : nil
        }
        try await cluster.client.put("after", "x")
        try await cluster.converges([1, 3, 4])
      }
    }

    @Test("pitfall 30: all views agree after changes, a snapshot and a restart")
    func views() async throws {
      try await Cluster.use { cluster in
        for id in 4...5 { try await cluster.startEmpty(id) }
        #expect(try await cluster.add(4, "--learner").code == 0)
        #expect(try await cluster.ctl("member", "promote", "4").code == 0)
        #expect(try await cluster.add(5, "--learner").code == 0)
        let leader = try await cluster.leader()
        let gone = [1, 2, 3].first { $0 != leader } ?? 1
        #expect(try await cluster.ctl("member", "remove", "\(gone)").code == 0)
        #expect(try await cluster.ctl("snapshot", "save").code == 0)
        var expected: [UInt64: Standing] = [4: .voter, 5: .learner]
        for id in [1, 2, 3] where id != gone { expected[UInt64(id)] = .voter }
        let stay = [1, 2, 3, 4, 5].filter { $0 != gone }
        for id in stay { try await cluster.sees(id, expected) }
        cluster.killAll()
        for id in stay { try cluster.start(id) }
        for id in stay { try await cluster.sees(id, expected) }
        try await cluster.converges(stay)
        #expect(try await cluster.canLose() == 1)
      }
    }

    @Test("what cannot be is refused in one line, and nothing changes")
    func refusals() async throws {
      try await Cluster.use { cluster in
        let before = try await cluster.client.members()
        let attempts: [([String], String)] = [
          (["remove", "9"], "no member"), (["promote", "2"], "voter already"),
          (["demote", "9"], "no member"),
          (
            ["add", "2", "--peer", "\(cluster.host):7399", "--client", "\(cluster.endpoint(2))"],
            "is a member already"
          ),
          (
            ["add", "7", "--peer", "\(cluster.host):7399", "--client", "\(cluster.endpoint(2))"],
            "node 2 answers there"
          ),
        ]
        for (words, reason) in attempts {
          let run = try await cluster.kvctl(["member"] + words + cluster.connection)
          #expect(run.code == 1 && run.isOneLineOfErrors, "\(words): \(run.errors)")
          #expect(run.errors.contains(reason), "\(run.errors)")
        }
        let after = try await cluster.client.members()
        #expect(after.members.map(\.disk) == before.members.map(\.disk))
      }
    }
  }
}
