import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

/// Members beyond those that the cluster was born with, and disks that come back empty.
extension Cluster {
  func peer(_ id: Int) -> Endpoint { Endpoint(host: host, port: 7390 + UInt16(id)) }

  /// Starts a node on an empty disk, and returns once it waits there.
  func startEmpty(_ id: Int) async throws {
    mkdir(directory(id), 0o755)
    let file = """
      node:
        id: \(id)
        data: "\(directory(id))"
      listen:
        client: "\(endpoint(id))"
        peer: "\(peer(id))"

      """
    try Folder.write(Array(file.utf8), to: configuration(id))
    try start(id)
    _ = try await eventually("node \(id) waits") { try? await client(at: endpoint(id)).node() }
  }

  /// Has a waiting node taken in by kvctl, with what else it is told.
  func add(_ id: Int, _ more: String...) async throws -> Run {
    let arguments = [
      "member", "add", "\(id)", "--peer", peer(id).description, "--client",
      endpoint(id).description,
    ]
    return try await kvctl(arguments + more + connection)
  }

  /// Takes everything from a stopped node's directory but its configuration.
  func wipe(_ id: Int) {
    for name in Folder.names(in: directory(id)) where name != "node.yaml" {
      let path = "\(directory(id))/\(name)"
      if unlink(path) != 0 { Folder.remove(path) }
    }
  }

  /// Until the cluster's leader says that `id` is that, and no change is half done.
  func settles(_ id: Int, as standing: Standing) async throws {
    _ = try await eventually("node \(id) is \(standing)") { () -> Bool? in
      guard let membership = try? await client.members(), membership.leader != nil,
        membership.isCommitted, !membership.isJoint
      else { return nil }
      return membership[NodeID(UInt64(id))]?.standing ?? .stranger == standing ? true : nil
    }
  }

  /// Until node `id` itself sees these standings, and no others.
  func sees(_ id: Int, _ expected: [UInt64: Standing]) async throws {
    let door = client(at: endpoint(id))
    var last: [UInt64: Standing] = [:]
    do {
      _ = try await eventually("node \(id) sees \(expected)") { () -> Bool? in
        guard let status = try? await door.status() else { return nil }
        last = [:]
        for node in status.nodes { last[node.id.number] = node.standing }
        return last == expected ? true : nil
      }
    } catch {
      throw Overdue(description: "\(error): it sees \(last)")
    }
  }

  func canLose() async throws -> Int { try await client.status().canLose }
}
