import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("Disks are lost")
  struct LostDiskTests {
    @Test("pitfall 3: every disk is lost in turn under writers, nobody acts, and nothing is lost")
    func inTurn() async throws {
      try await Cluster.use { cluster in
        let clients = cluster.ids.map { cluster.client(at: cluster.endpoint($0)) }
        let notes = try await Writers.during(clients + [cluster.client], prefix: "d") { writers in
          for id in cluster.ids {
            try await writers.progress(by: 50)
            let before = try await cluster.client.members()[NodeID(UInt64(id))]?.disk
            try cluster.kill(id)
            cluster.wipe(id)
            try cluster.start(id)
            _ = try await eventually("the cluster takes the new disk in") { () -> Bool? in
              let now = try? await cluster.client.members()[NodeID(UInt64(id))]?.disk
              return now != nil && now != before ? true : nil
            }
            try await cluster.settles(id, as: .voter)
          }
          try await writers.progress(by: 50)
        }
        try await notes.hold(on: cluster, prefix: "d")
        try await cluster.converges()
        #expect(try await cluster.canLose() == 1)
      }
    }

    @Test("a lost disk comes back by snapshot when the log no longer reaches back")
    func bySnapshot() async throws {
      try await Cluster.use { cluster in
        let victim = try await cluster.leader() % cluster.count + 1
        for round in 1...3 {
          for number in 1...40 {
            let key = Array("r\(round)-\(number)".utf8)
            try await cluster.client.put(key[...], Noise.megabyte[...])
          }
          let saved = try await cluster.ctl("snapshot", "save", "--timeout", "30s")
          #expect(saved.code == 0, "\(saved.errors)")
        }
        try cluster.kill(victim)
        cluster.wipe(victim)
        try cluster.start(victim)
        _ = try await eventually("node \(victim) continues from a snapshot") {
          cluster.log(of: victim).contains("continues from the leader's snapshot") ? true : nil
        }
        try await cluster.settles(victim, as: .voter)
        try await cluster.converges()
      }
    }

    @Test("pitfall 3: a disk that lost its data does not vote: without a leader it only waits")
    func noVote() async throws {
      try await Cluster.use { cluster in
        let leader = try await cluster.leader()
        let (wiped, other) = (leader % 3 + 1, (leader + 1) % 3 + 1)
        try await cluster.client.put("kept", "by the leader and the wiped one")
        try cluster.kill(wiped)
        try cluster.kill(leader)
        cluster.wipe(wiped)
        try cluster.start(wiped)
        let door = cluster.client(at: cluster.endpoint(other), deadline: .seconds(6))
        await #expect(throws: ClientError.self) { try await door.put("k", "v") }
        let found = try await cluster.client(at: cluster.endpoint(wiped)).node()
        #expect(found.cluster == nil, "the disk was formatted without a leader")
        try cluster.start(leader)
        try await cluster.settles(wiped, as: .voter)
        #expect(try await cluster.client.get("kept") == "by the leader and the wiped one")
      }
    }

    @Test("pitfall 69: a cluster that lost most of its disks refuses to serve and names the remedy")
    func majority() async throws {
      try await Cluster.use { cluster in
        try await cluster.client.put("k", "v")
        try await cluster.converges()
        cluster.killAll()
        for id in 1...2 { cluster.wipe(id) }
        for id in cluster.ids { try cluster.start(id) }
        for id in 1...2 {
          let reply = try await eventually("node \(id) answers") { () -> RawConnection.Reply? in
            guard let connection = try? RawConnection(cluster.endpoint(id)) else { return nil }
            return try connection.exchange(.put("k", "w"))
          }
          #expect(reply.status == 503)
          #expect(reply.text.contains("restore the data directories from copies"))
        }
        let last = cluster.client(at: cluster.endpoint(3), deadline: .seconds(4))
        await #expect(throws: ClientError.self) { try await last.put("k", "w") }
        for id in 1...2 {
          let found = try await cluster.client(at: cluster.endpoint(id)).node()
          #expect(found.cluster == nil, "node \(id) was formatted without a quorum")
        }
      }
    }

    @Test("a removed node that comes back on its old disk is told so, and may be added again")
    func removedComesBack() async throws {
      try await Cluster.use { cluster in
        let victim = try await cluster.leader() % cluster.count + 1
        #expect(try await cluster.stop(victim) == .exit(0))
        #expect(try await cluster.ctl("member", "remove", "\(victim)").code == 0)
        try cluster.start(victim)
        _ = try await eventually("it hears that it was removed") {
          cluster.log(of: victim).contains("it was removed") ? true : nil
        }
        let added = try await cluster.add(victim)
        #expect(added.code == 0, "\(added.errors)")
        try await cluster.converges()
      }
    }
  }
}
