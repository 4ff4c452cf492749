import BinaryCodec
import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

extension EndToEnd {
  @Suite("Disks fill up", .enabled(if: SmallDisk.isPossible, "only root may mount a small disk"))
  struct FullDiskTests {
    @Test("pitfall 51: a follower without space is left behind, and recovers when space returns")
    func follower() async throws {
      try await onSmallDisk { cluster, disk in
        if try await cluster.leader() == 1 {
          #expect(try await cluster.ctl("leader", "move", "--to", "2").code == 0)
        }
        let notes = try await fill(cluster, "f")
        #expect(notes.failures.isEmpty, "\(notes.failures)")
        try await refusesForSpace(cluster)
        try disk.grow()
        try await cluster.converges()
      }
    }

    @Test("pitfall 51: a leader without space refuses or hands on, and loses nothing")
    func leader() async throws {
      try await onSmallDisk { cluster, disk in
        if try await cluster.leader() != 1 {
          let moved = try await cluster.ctl("leader", "move", "--to", "1")
          #expect(moved.code == 0, "\(moved.errors)")
        }
        let notes = try await fill(cluster, "l")
        for error in notes.failures {
          #expect(error.code == .diskFull || error.outcome == .unknown, "\(error)")
        }
        try disk.grow()
        _ = try await eventually("writes are taken again") {
          try? await cluster.client.put("afterwards", "x", ifUnknown: .sendAgain)
        }
        for (key, size) in notes.kept {
          let found = try await cluster.client.get(Array(key.utf8)[...])
          #expect(found?.value.count == size, "\(key) was acknowledged")
        }
        try await cluster.converges()
      }
    }

    private func refusesForSpace(_ cluster: Cluster) async throws {
      _ = try await eventually("node 1 says that its disk is full") {
        let connection = try RawConnection(cluster.endpoint(1))
        let page = try connection.exchange(.metrics)
        return page?.text.contains("quoin_disk_full 1") == true ? true : nil
      }
    }

    private struct Notes {
      var kept: [String: Int] = [:]
      var failures: [ClientError] = []
    }

    private func onSmallDisk(_ body: (Cluster, SmallDisk) async throws -> Void) async throws {
      try await Cluster.use(starting: false) { cluster in
        // One segment and the reserve fit, a second segment does not.
        try await cluster.create()
        let disk = try SmallDisk(at: cluster.directory(1), megabytes: 140)
        for id in cluster.ids { try cluster.start(id) }
        try await cluster.serves()
        defer { for id in cluster.ids { try? cluster.kill(id) } }
        try await body(cluster, disk)
        for id in cluster.ids { try cluster.kill(id) }
        withExtendedLifetime(disk) {}
      }
    }

    // More than segment and reserve together can hold.
    private func fill(_ cluster: Cluster, _ prefix: String) async throws -> Notes {
      var notes = Notes()
      let client = cluster.client(
        at: cluster.vip, cluster.endpoint(1), cluster.endpoint(2), deadline: .seconds(4))
      var value = Noise.megabyte
      for number in 0..<160 where notes.failures.count < 3 {
        value[0] = UInt8(number)
        let key = "\(prefix)\(number)"
        do throws(ClientError) {
          try await client.put(Array(key.utf8)[...], value[...])
          notes.kept[key] = value.count
        } catch {
          notes.failures.append(error)
        }
      }
      return notes
    }
  }
}
