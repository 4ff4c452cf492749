import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("Processes die")
  struct FailoverTests {
    @Test("kill -9 of the leader under writers: writes through the address go on, none is lost")
    func leader() async throws {
      try await Cluster.use { cluster in
        let clients = (1...4).map { _ in
          cluster.client(at: cluster.vip, deadline: .seconds(2), replyTimeout: .milliseconds(700))
        }
        let notes = try await Writers.during(clients, prefix: "w") { writers in
          for _ in 1...4 {
            try await writers.progress(by: 100)
            let leader = try await cluster.leader()
            try cluster.kill(leader)
            try await writers.progress(by: 100)
            try cluster.start(leader)
            try await cluster.converges([leader])
          }
        }
        try await notes.hold(on: cluster, prefix: "w")
        try await cluster.converges()
      }
    }

    @Test("pitfall 63: who takes the address over answers its first request")
    func firstRequest() async throws {
      try await Cluster.use { cluster in
        for round in 1...4 {
          let leader = try await cluster.leader()
          try cluster.kill(leader)
          let answer = try await eventually("the address answers") { () -> RawConnection.Reply? in
            guard let connection = try? RawConnection(cluster.vip) else { return nil }
            return try connection.exchange(.put("first\(round)", "x"))
          }
          #expect(answer.status == 200, "\(answer.text)")
          try cluster.start(leader)
          try await cluster.converges()
        }
      }
    }

    @Test("pitfall 57: kill -9 of all at once under load: nothing acknowledged is lost")
    func all() async throws {
      try await Cluster.use { cluster in
        let notes = try await Writers.during(
          [cluster.client] + cluster.ids.map { cluster.client(at: cluster.endpoint($0)) },
          prefix: "a"
        ) { writers in
          for _ in 1...5 {
            try await writers.progress(by: 150)
            let before = writers.notes.newest
            cluster.killAll()
            for id in cluster.ids { try cluster.start(id) }
            let after = try await cluster.serves()
            #expect(after.revision >= before, "the revision went back")
          }
          try await writers.progress(by: 50)
        }
        try await notes.hold(on: cluster, prefix: "a")
        try await cluster.converges()
      }
    }

    @Test("pitfall 12: one node alone loses nothing that it acknowledged")
    func alone() async throws {
      try await Cluster.use(nodes: 1) { cluster in
        let notes = try await Writers.during([cluster.client, cluster.client], prefix: "s") {
          for _ in 1...3 {
            try await $0.progress(by: 100)
            try cluster.kill(1)
            try cluster.start(1)
          }
          try await $0.progress(by: 10)
        }
        try await notes.hold(on: cluster, prefix: "s")
      }
    }
  }
}
