import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("Leaders leave in order")
  struct HandoverTests {
    @Test("SIGTERM hands over first: every write is done, refused, or honestly in doubt")
    func terminate() async throws {
      try await Cluster.use { cluster in
        let leader = try await cluster.leader()
        let others = cluster.ids.filter { $0 != leader }
        let clients = (others + others).map { cluster.client(at: cluster.endpoint($0)) }
        let notes = try await Writers.during(clients, prefix: "t") { writers in
          try await writers.progress(by: 200)
          #expect(try await cluster.stop(leader) == .exit(0))
          try await writers.progress(by: 200)
        }
        for error in notes.errors {
          // A request that meets the closing socket of the stopping node has no answer to read.
          let isRefused = error.outcome == .notApplied && error.retryable
          #expect(isRefused || error.code == .connectionLost, "\(error)")
        }
        try await notes.hold(on: cluster, prefix: "t")
        #expect(try await cluster.leader() != leader)
        #expect(cluster.log(of: leader).contains("hands over"))
      }
    }

    @Test("a clean stop leaves a sound directory, however often it is repeated")
    func soundAfterwards() async throws {
      try await Cluster.use { cluster in
        for _ in 1...3 {
          for id in cluster.ids { try cluster.signal(id, SIGTERM) }
          for id in cluster.ids {
            #expect(try await cluster.process(id).waitUntilEnded() == .exit(0))
          }
          for id in cluster.ids {
            let look = try await cluster.kvctl(["wal", "verify", cluster.directory(id)])
            #expect(look.code == 0, "\(look.output)\(look.errors)")
          }
          for id in cluster.ids { try cluster.start(id) }
          try await cluster.serves()
        }
      }
    }

    @Test("pitfall 44: leadership goes to whom kvctl names, under writers, there and back")
    func transfer() async throws {
      try await Cluster.use { cluster in
        let notes = try await Writers.during(
          cluster.ids.map { cluster.client(at: cluster.endpoint($0)) }, prefix: "m"
        ) { writers in
          for _ in 1...2 {
            for id in cluster.ids {
              try await writers.progress(by: 30)
              let moved = try await cluster.ctl("leader", "move", "--to", "\(id)")
              #expect(moved.code == 0, "\(moved.errors)")
              let shown = try await cluster.ctl("leader", "show")
              #expect(shown.output.hasPrefix("n\(id) "), "\(shown.output)\(shown.errors)")
              try await writers.progress(by: 30)
            }
          }
        }
        for error in notes.unknown { Issue.record("a transfer left a write unknown: \(error)") }
        try await notes.hold(on: cluster, prefix: "m")
        try await cluster.converges()
      }
    }

    @Test("a transfer to a dead node fails, says so, and the leader goes on")
    func transferToTheDead() async throws {
      try await Cluster.use { cluster in
        let leader = try await cluster.leader()
        let dead = leader % cluster.count + 1
        try cluster.kill(dead)
        let moved = try await cluster.ctl("leader", "move", "--to", "\(dead)")
        #expect(moved.code != 0)
        #expect(moved.isOneLineOfErrors, "\(moved.errors)")
        try await cluster.client.put("after", "x")
      }
    }
  }
}
