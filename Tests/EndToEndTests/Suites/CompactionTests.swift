import KeyValueClient
import Testing

extension EndToEnd {
  @Suite("History that was compacted")
  struct CompactionTests {
    @Test("goes out of every node's memory, on new disks and behind a restart")
    func memory() async throws {
      try await Cluster.use { cluster in
        try await overwriteAndCompact(cluster, "first")
        for id in cluster.ids { #expect(try await cluster.stop(id) == .exit(0)) }
        for id in cluster.ids { try cluster.start(id) }
        try await cluster.serves()
        try await overwriteAndCompact(cluster, "second")
      }
    }

    private func overwriteAndCompact(_ cluster: Cluster, _ life: String) async throws {
      for number in 0..<200 { try await cluster.client.put("k\(number % 10)", "\(number)") }
      let newest = try await cluster.client.put("\(life) compacted", "").revision
      try await cluster.client.compact(before: newest)
      // Dropping goes on with each entry, some versions at a time.
      for number in 0..<60 { try await cluster.client.put("\(life) \(number)", "") }
      for id in cluster.ids {
        _ = try await eventually("node \(id) has nothing of it any more") {
          let page = try RawConnection(cluster.endpoint(id)).exchange(.metrics)?.text ?? ""
          return page.contains("quoin_store_history_records 0\n")
            && page.contains("quoin_store_held_versions 0\n") ? true : nil
        }
      }
    }
  }
}
