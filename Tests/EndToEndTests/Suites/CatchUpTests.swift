import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("Nodes that missed something")
  struct CatchUpTests {
    @Test("a follower whose log was compacted away comes back by snapshot, with the same state")
    func bySnapshot() async throws {
      try await Cluster.use { cluster in
        let leader = try await cluster.leader()
        let sleeper = leader % cluster.count + 1
        #expect(try await cluster.stop(sleeper) == .exit(0))
        // Three marks: the log that the newest two snapshots need is kept, what lies before goes.
        // Each round is more than a segment holds.
        for round in 1...3 {
          try await fill(cluster, "round\(round)-", megabytes: 40)
          let saved = try await cluster.ctl("snapshot", "save", "--timeout", "30s")
          #expect(saved.code == 0, "\(saved.errors)")
        }
        try cluster.start(sleeper)
        try await cluster.converges()
        #expect(
          cluster.log(of: sleeper).contains("continues from the leader's snapshot"),
          "it caught up by the log alone")
        #expect(try await cluster.leader() == leader, "the transfer cost the leader its office")
      }
    }

    @Test("a follower that lacks more than memory has gets it from the leader's disk, as entries")
    func byTheDisk() async throws {
      try await Cluster.use { cluster in
        let leader = try await cluster.leader()
        let sleeper = leader % cluster.count + 1
        #expect(try await cluster.stop(sleeper) == .exit(0))
        try await fill(cluster, "away", megabytes: 56)
        try cluster.start(sleeper)
        try await cluster.converges()
        #expect(!cluster.log(of: sleeper).contains("continues from the leader's snapshot"))
        #expect(try await cluster.leader() == leader, "the reading cost the leader its office")
        let page = try RawConnection(cluster.endpoint(leader)).exchange(.metrics)?.text ?? ""
        let counts = page.split(separator: "\n").filter { $0.hasPrefix("quoin_recalled_entries") }
        let count = counts.last?.split(separator: " ").last.flatMap { Int($0) } ?? 0
        #expect(count >= 16, "\(counts)")
      }
    }

    @Test("pitfall 49: a rotten record on a follower is kept as faulty and filled by the leader")
    func rottenRecord() async throws {
      try await Cluster.use { cluster in
        for number in 1...50 { try await cluster.client.put("k\(number)", "some value") }
        try await cluster.converges()
        let victim = try await cluster.leader() % cluster.count + 1
        #expect(try await cluster.stop(victim) == .exit(0))
        let entries = try await entries(of: victim, in: cluster)
        let chosen = try #require(entries.dropLast(10).last)
        // Behind the 64 bytes of the record's identity.
        try damage(cluster.directory(victim) + "/" + chosen.segment, at: chosen.offset + 70)
        let verdict = try await cluster.kvctl(["wal", "verify", cluster.directory(victim)])
        #expect(verdict.code == 1, "\(verdict.output)")
        try await cluster.client.put("meanwhile", "x")
        try cluster.start(victim)
        try await cluster.converges()
        #expect(cluster.log(of: victim).contains("is damaged; entries"))
        // Filled for good: the next start finds nothing to complain about.
        try cluster.kill(victim)
        try cluster.start(victim)
        try await cluster.converges()
      }
    }

    @Test("pitfall 68: a node without its ballot is another disk, which votes once it is taken in")
    func lostBallot() async throws {
      try await Cluster.use { cluster in
        let leader = try await cluster.leader()
        let (victim, other) = (leader % 3 + 1, (leader + 1) % 3 + 1)
        let before = try await cluster.client.members()[NodeID(UInt64(victim))]?.disk
        #expect(try await cluster.stop(victim) == .exit(0))
        try damageBallot(of: victim, cluster)
        // Without the leader nobody takes the disk in, and its vote does not count.
        try cluster.kill(leader)
        try cluster.start(victim)
        let hopeless = cluster.client(
          at: cluster.endpoint(other), cluster.endpoint(victim), deadline: .seconds(4))
        await #expect(throws: ClientError.self) { try await hopeless.put("b", "2") }
        #expect(cluster.log(of: victim).contains("the ballot was lost"))
        try cluster.start(leader)
        try await cluster.client.put("c", "3")
        _ = try await eventually("the cluster takes the new disk in") { () -> Bool? in
          let now = try? await cluster.client.members()[NodeID(UInt64(victim))]?.disk
          return now != nil && now != before ? true : nil
        }
        try await cluster.settles(victim, as: .voter)
        try await cluster.converges()
      }
    }

    private func damageBallot(of node: Int, _ cluster: Cluster) throws {
      let ballot = cluster.directory(node) + "/ballot"
      for copy in [0, 4096] { try damage(ballot, at: copy + 20) }
    }

    private func fill(_ cluster: Cluster, _ prefix: String, megabytes: Int) async throws {
      var value = Noise.megabyte
      for number in 0..<megabytes {
        value[0] = UInt8(number)
        let key = Array("\(prefix)\(number % 4)".utf8)
        try await cluster.client.put(key[...], value[...], ifUnknown: .sendAgain)
      }
    }

    private func damage(_ path: String, at offset: Int) throws {
      let before = Folder.read(path)[offset]
      try Folder.write([before ^ 0x5a], to: path, at: offset)
    }

    private func entries(
      of id: Int, in cluster: Cluster
    ) async throws -> [(segment: String, offset: Int)] {
      let dump = try await cluster.kvctl(["wal", "dump", "-o", "json", cluster.directory(id)])
      #expect(dump.code == 0, "\(dump.errors)")
      return dump.output.split(separator: "\n").compactMap { line in
        let document = Document(line)
        guard document["kind"] == "entry", let segment = document["segment"],
          let offset = document["offset"].flatMap({ Int($0) })
        else { return nil }
        return (segment, offset)
      }
    }
  }
}
