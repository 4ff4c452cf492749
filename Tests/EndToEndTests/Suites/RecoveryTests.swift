import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("A quorum lost for good, and a snapshot brought back")
  struct RecoveryTests {
    @Test("one disk of three becomes a cluster that has every acknowledged write it ever saw")
    func survivor() async throws {
      try await Cluster.use { cluster in
        let kept = try await Writers.during([cluster.client], prefix: "k") { writers in
          try await writers.progress(by: 200)
        }.kept
        try await cluster.converges()
        cluster.killAll()
        Folder.remove(cluster.directory(1))
        let lost = cluster.folder.path + "/lost"
        #expect(rename(cluster.directory(2), lost) == 0)

        let plan = try await cluster.kvctl(["recover", "plan", cluster.directory(3)])
        #expect(plan.code == 0, "\(plan.errors)")
        #expect(plan.output.contains("nodes 1, 2 were a majority"), "\(plan.output)")
        let document = try await cluster.kvctl(
          ["recover", "plan", cluster.directory(3), "-o", "json"])
        let planned = Document(document.output)
        #expect(planned["has_quorum"] == "false" && planned["may_lose_acknowledged"] == "true")
        #expect(planned["keys"] == "\(kept.count)", "\(document.output)")

        let asked = try await cluster.kvctl(["recover", "apply", cluster.directory(3)])
        #expect(asked.code == 2 && asked.isOneLineOfErrors, "\(asked.errors)")
        let before = Folder.read(cluster.directory(3) + "/identity")
        let apply = try await cluster.kvctl(["recover", "apply", cluster.directory(3), "--yes"])
        #expect(apply.code == 0, "\(apply.errors)")
        let aside = Folder.read(cluster.directory(3) + "/before-epoch-2/identity")
        #expect(!before.isEmpty && aside == before)

        try cluster.start(3)
        try await cluster.serves()
        #expect(try await cluster.everything("k") == kept)
        let state = try #require(await cluster.status(3))
        #expect(state.revision.number == UInt64(planned["revision"] ?? ""))
        try await cluster.client.put("after", "recovery")

        // A disk of the old epoch that turns up again: no part in a plan, none in the cluster.
        #expect(try await cluster.stop(3) == .exit(0))
        let mixed = try await cluster.kvctl(["recover", "plan", lost, cluster.directory(3)])
        #expect(mixed.code == 1 && mixed.errors.contains("earlier epoch"), "\(mixed.errors)")
        #expect(rename(lost, cluster.directory(2)) == 0)
        for id in [2, 3] { try cluster.start(id) }
        try await cluster.serves()
        _ = try await eventually("node 2 is told that it is of an old epoch") {
          cluster.log(of: 2).contains("epoch 2 of this cluster") ? true : nil
        }
        #expect(try await cluster.client.get("after") == "recovery")
        #expect(await cluster.status(3)?.role == .leader)

        // Wiped, it is welcome as a new member.
        #expect(try await cluster.stop(2) == .exit(0))
        let configuration = Folder.read(cluster.configuration(2))
        Folder.remove(cluster.directory(2))
        #expect(mkdir(cluster.directory(2), 0o700) == 0)
        try Folder.write(configuration, to: cluster.configuration(2))
        try cluster.start(2)
        let added = try await cluster.ctl(
          "member", "add", "2", "--peer", "\(cluster.host):7392", "--client",
          cluster.endpoint(2).description, "--timeout", "30s")
        #expect(added.code == 0, "\(added.errors)")
        try await cluster.converges([2, 3])
        #expect(try await cluster.everything("k") == kept)
      }
    }

    @Test("what needs no recovery, runs, or is mixed up is refused, with what to do instead")
    func refused() async throws {
      try await Cluster.use { cluster in
        try await cluster.client.put("a", "b")
        let all = cluster.ids.map(cluster.directory)
        let running = try await cluster.kvctl(["recover", "plan"] + all)
        #expect(running.code == 1 && running.errors.contains("stop it first"), "\(running.errors)")
        let live = try await cluster.kvctl(["recover", "apply", "--yes", all[0]])
        #expect(live.code == 1 && live.errors.contains("stop it first"), "\(live.errors)")
        for id in cluster.ids { #expect(try await cluster.stop(id) == .exit(0)) }
        let needless = try await cluster.kvctl(["recover", "apply", "--yes", all[0], all[1]])
        #expect(needless.code == 1, "\(needless.output)")
        #expect(needless.errors.contains("start their nodes instead"), "\(needless.errors)")
        let twice = try await cluster.kvctl(["recover", "plan", all[0], all[0]])
        #expect(twice.code == 2, "\(twice.errors)")
        let nothing = try await cluster.kvctl(["recover", "plan", cluster.folder.path])
        #expect(nothing.code == 1 && nothing.isOneLineOfErrors, "\(nothing.errors)")
        let stranger = try await cluster.kvctl(
          ["recover", "apply", "--yes", "--keep-node", "9", all[0]])
        #expect(stranger.code == 2, "\(stranger.errors)")
        for id in cluster.ids { try cluster.start(id) }
        #expect(try await cluster.client.get("a") == "b")
      }
    }

    @Test("a snapshot that was saved, verified and restored is the same state, in a later epoch")
    func restored() async throws {
      try await Cluster.use { cluster in
        let kept = try await Writers.during([cluster.client], prefix: "k") { writers in
          try await writers.progress(by: 300)
        }.kept
        try await cluster.converges()
        let file = cluster.folder.path + "/backup"
        let saved = try await cluster.ctl("snapshot", "save", file, "-o", "json")
        #expect(saved.code == 0, "\(saved.errors)")
        let facts = Document(saved.output)
        #expect(Folder.names(in: cluster.folder.path).contains("backup"))
        #expect(!Folder.names(in: cluster.folder.path).contains("backup.partial"))
        let verified = try await cluster.kvctl(["snapshot", "verify", file, "-o", "json"])
        #expect(verified.code == 0, "\(verified.errors)")
        let found = Document(verified.output)
        for name in ["index", "term", "revision", "state_hash", "bytes"] {
          #expect(found[name] == facts[name] && found[name] != nil, "\(name)")
        }
        #expect(found["keys"] == "\(kept.count)")
        try await cluster.client.put("late", "lost with the old epoch")
        cluster.killAll()

        try await cluster.withTwin { again in
          try await Self.restore(cluster, file, as: again)
          try await again.serves()
          #expect(try await again.everything("k") == kept)
          #expect(try await again.client.get("late") == nil)
          try await again.converges()
          try await again.client.put("new", "epoch")

          // A member of the old epoch, at its old place: it is refused and never joins.
          #expect(try await again.stop(1) == .exit(0))
          try cluster.start(1)
          _ = try await eventually("node 1 is told that it is of an old epoch") {
            cluster.log(of: 1).contains("epoch 2 of this cluster") ? true : nil
          }
          #expect(try await again.client.get("new") == "epoch")
          let old = cluster.client(at: cluster.endpoint(1), deadline: .seconds(2))
          await #expect(throws: ClientError.self) { try await old.get("k0-1") }
          try cluster.kill(1)
        }
      }
    }

    private static func restore(
      _ cluster: Cluster, _ file: String, as again: Cluster
    ) async throws {
      let members = cluster.ids.map { id in
        "\(id)=\(cluster.host):\(7390 + id)/\(cluster.endpoint(id))"
      }
      let made = try await cluster.kvctl([
        "snapshot", "restore", file, "--data", again.data, "--members",
        members.joined(separator: ","), "--vip", cluster.vip.description,
      ])
      #expect(made.code == 0, "\(made.errors)")
      for id in again.ids { try again.start(id) }
    }

    @Test("a damaged snapshot, or one that is none, is refused whole")
    func damaged() async throws {
      try await Cluster.use(nodes: 1) { cluster in
        try await cluster.client.put(Array("a".utf8)[...], Noise.megabyte[..<100_000])
        let file = cluster.folder.path + "/backup"
        #expect(try await cluster.ctl("snapshot", "save", file).code == 0)
        let bytes = Folder.read(file)
        let members = "1=\(cluster.host):7391/\(cluster.endpoint(1))"
        // The header stands twice: one copy is enough for the state, and not to be called sound.
        for (offset, isLost) in [(60, false), (bytes.count / 2, true), (bytes.count / 3, true)] {
          var broken = bytes
          broken[offset] ^= 4
          try Folder.write(broken, to: file)
          let verify = try await cluster.kvctl(["snapshot", "verify", file])
          #expect(verify.code != 0 && verify.isOneLineOfErrors, "byte \(offset): \(verify.errors)")
          let data = cluster.folder.path + "/r\(offset)"
          let restore = try await cluster.kvctl(
            ["snapshot", "restore", file, "--data", data, "--members", members, "--node", "1"])
          #expect((restore.code != 0) == isLost, "byte \(offset): \(restore.errors)")
          let names = Folder.names(in: data)
          #expect(names.contains("identity") != isLost, "byte \(offset): \(names)")
        }
        let none = try await cluster.kvctl(["snapshot", "verify", cluster.configuration(1)])
        #expect(none.code == 2 && none.isOneLineOfErrors, "\(none.errors)")
        let gone = try await cluster.kvctl(["snapshot", "verify", "/nowhere"])
        #expect(gone.code == 2 && gone.isOneLineOfErrors, "\(gone.errors)")
      }
    }
  }
}
