import ClientProtocol
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("Disks that rot")
  struct DiskFaultTests {
    /// A cluster whose state is known only by snapshots: the log before them is gone.
    private func compacted(_ cluster: Cluster) async throws -> [String: String] {
      var value = Noise.megabyte
      for round in 1...3 {
        for number in 0..<40 {
          value[0] = UInt8(number)
          let key = Array("round\(round)-\(number % 4)".utf8)
          try await cluster.client.put(key[...], value[...], ifUnknown: .sendAgain)
        }
        let saved = try await cluster.ctl("snapshot", "save", "--timeout", "30s")
        #expect(saved.code == 0, "\(saved.errors)")
        try await cluster.converges()
      }
      // The two snapshots that are kept shall be the same everywhere.
      for _ in 0..<2 { try await snapshotEverywhere(cluster) }
      var kept: [String: String] = [:]
      for number in 1...60 {
        kept["kept\(number)"] = "value \(number)"
        try await cluster.client.put("kept\(number)", "value \(number)")
      }
      try await cluster.converges()
      return kept
    }

    /// A node that is still writing its last snapshot skips a mark, so one mark may not do.
    private func snapshotEverywhere(_ cluster: Cluster) async throws {
      for _ in 0..<8 {
        let saved = try await cluster.ctl("snapshot", "save", "--timeout", "30s")
        #expect(saved.code == 0, "\(saved.errors)")
        try await cluster.converges()
        let isSame = try? await eventually("all nodes have the same newest", within: .seconds(10)) {
          var newest: Set<LogIndex> = []
          for node in cluster.ids {
            guard let state = await cluster.status(node) else { return nil as Bool? }
            newest.insert(state.snapshotIndex)
          }
          return newest.count == 1 ? true : nil
        }
        if isSame != nil { return }
      }
      Issue.record("eight marks, and the nodes' newest snapshots still differ")
    }

    @Test("pitfall 50: rot in log and snapshots of a minority is repaired, and nothing is lost")
    func minority() async throws {
      try await Cluster.use { cluster in
        let kept = try await compacted(cluster)
        let victim = try await cluster.leader() % 3 + 1
        #expect(try await cluster.stop(victim) == .exit(0))
        let rot = Rot(cluster: cluster, node: victim)
        #expect(try await rot.records(newest: 60) { $0 % 3 == 0 } > 5)
        #expect(try rot.snapshots { _ in true } == 2)
        try cluster.start(victim)
        try await cluster.converges()
        #expect(cluster.log(of: victim).contains("the state is repaired from other nodes"))
        #expect(try await cluster.everything("kept") == kept)
        // Repaired for good: the next start finds nothing to complain about.
        #expect(try await cluster.stop(victim) == .exit(0))
        let told = cluster.log(of: victim).count
        try cluster.start(victim)
        try await cluster.converges()
        let news = String(cluster.log(of: victim).dropFirst(told))
        #expect(!news.contains("the state is repaired from other nodes"))
      }
    }

    @Test("pitfall 50: rot in turns over all nodes, one good copy of each piece, loses nothing")
    func helical() async throws {
      try await Cluster.use { cluster in
        let kept = try await compacted(cluster)
        // What a leader writes while it stops is not on those who stopped before it: the rot of
        // others would take the last copy.
        let shared = try #require(await cluster.status(1)?.lastIndex.number)
        for node in cluster.ids { #expect(try await cluster.stop(node) == .exit(0)) }
        for node in cluster.ids {
          let rot = Rot(cluster: cluster, node: node)
          // Each third of the file is sound on one node; between the thirds everybody's is.
          try rot.snapshots { fraction in
            let (third, rest) = (Int(fraction * 3), fraction * 3 - Double(Int(fraction * 3)))
            return third != node - 1 && (0.25...0.75).contains(rest)
          }
          _ = try await rot.records(newest: 50) { $0 <= shared && ($0 / 10) % 3 != node - 1 }
        }
        for node in cluster.ids { try cluster.start(node) }
        try await cluster.converges()
        #expect(try await cluster.everything("kept") == kept)
        let logs = cluster.ids.map { cluster.log(of: $0) }
        #expect(logs.contains { $0.contains("mended the snapshot") })
      }
    }
  }
}
