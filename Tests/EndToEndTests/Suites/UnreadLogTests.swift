import Testing

extension EndToEnd {
  @Suite("Nobody reads what a node says")
  struct UnreadLogTests {
    @Test("nodes whose standard error is a full pipe elect, serve, hand over and stop")
    func fullPipe() async throws {
      try await Cluster.use(starting: false) { cluster in
        try await cluster.create()
        let pipes = try cluster.ids.map { try FullPipe(at: "\(cluster.folder.path)/node\($0)") }
        for id in cluster.ids { try cluster.start(id, errors: pipes[id - 1].path) }
        try await cluster.serves()
        let leader = try await cluster.leader()
        try await cluster.client.put("unread", "1")
        #expect(try await cluster.stop(leader) == .exit(0))
        try await cluster.client.put("unread", "2")
        #expect(try await cluster.client.get("unread") == "2")
        // Who reads again finds everything that was said meanwhile.
        let other = leader % cluster.count + 1
        var said = ""
        _ = try await eventually("node \(other) is read again") {
          said += pipes[other - 1].read()
          return said.contains("serves clients at") && said.contains("in term") ? true : nil
        }
      }
    }
  }
}
