import Determinism
import EntryFormat
import Glibc
import KeyValueClient
import PosixStorage
import RaftTypes
import Testing
import WriteAheadLog

@testable import kvctl

/// A directory that is removed when the test is over.
final class TemporaryDirectory {
  let path: String

  init() throws {
    guard let name = strdup("/tmp/kvctl-test-XXXXXX") else { throw CommandFailure("no memory") }
    defer { free(name) }
    guard mkdtemp(name) != nil else { throw CommandFailure("no temporary directory") }
    path = String(cString: name)
  }

  deinit {
    for name in ["/c", "/c.new"] { try? DirectoryRemoval.remove(path + name) }
    rmdir(path)
  }
}

private func creation(_ directory: String, nodes: Int = 3) -> ClusterCreation {
  ClusterCreation(
    directory: directory,
    nodes: (1...nodes).map { number in
      NodeFile(
        id: UInt64(number), data: "\(directory)/n\(number)",
        client: Endpoint(host: "127.0.0.1", port: UInt16(7380 + number)),
        peer: Endpoint(host: "127.0.0.1", port: UInt16(7390 + number)),
        virtualAddress: Endpoint(host: "127.0.0.100", port: 7379))
    })
}

private func findings(_ directory: String) throws -> [LogFinding] {
  var found: [LogFinding] = []
  try LogInspection(PosixFileSystem(root: directory, access: .readOnly)).run { found.append($0) }
  return found
}

private func wipe(_ directory: String) throws {
  let files = PosixFileSystem(root: directory)
  for folder in ["wal", "snapshots"] {
    for name in try files.list(folder) { try files.remove("\(folder)/\(name)") }
    rmdir("\(directory)/\(folder)")
  }
  for name in try files.list("") { try files.remove(name) }
}

@Suite("kvctl cluster init")
struct ClusterCreationTests {
  @Test("every disk gets the same genesis, with all voters and their own incarnation")
  func genesis() throws {
    let temporary = try TemporaryDirectory()
    let directory = temporary.path + "/c"
    try creation(directory).run()
    var geneses: [Entry] = []
    for number in 1...3 {
      for finding in try findings("\(directory)/n\(number)") {
        switch finding {
        case .record(_, let entries): geneses += entries
        case .identity(let identity): #expect(identity.node == NodeID(UInt64(number)))
        case .ballot, .snapshot, .segment: break
        case .faulty, .tornTail, .damage: Issue.record("\(finding)")
        }
      }
    }
    #expect(geneses.count == 3)
    #expect(Set(geneses).count == 1)
    guard case .genesis(_, let membership)? = geneses.first?.payload else {
      Issue.record("no genesis")
      return
    }
    #expect(membership.voters == [NodeID(1), NodeID(2), NodeID(3)])
    #expect(Set(membership.members.values.map(\.incarnation)).count == 3)
    #expect(membership.members[NodeID(2)]?.clientAddress == "127.0.0.1:7382")
    #expect(membership.members[NodeID(2)]?.peerAddress == "127.0.0.1:7392")
  }

  @Test("what init wrote, up reads")
  func nodeFiles() throws {
    let temporary = try TemporaryDirectory()
    let creation = creation(temporary.path + "/c")
    try creation.run()
    let cluster = try LocalCluster(directory: temporary.path + "/c")
    #expect(cluster.nodes.map(\.file) == creation.nodes)
    #expect(cluster.endpoints.first == Endpoint(host: "127.0.0.100", port: 7379))
    #expect(cluster.endpoints.count == 4)
  }

  @Test("a cluster is created once")
  func once() throws {
    let temporary = try TemporaryDirectory()
    let directory = temporary.path + "/c"
    try creation(directory).run()
    let before = try findings(directory + "/n1")
    let failure = #expect(throws: CommandFailure.self) { try creation(directory).run() }
    #expect(failure?.message.contains("cluster up") == true)
    #expect(try findings(directory + "/n1") == before)
  }

  @Test(
    "pitfall 69: with two of three disks wiped it refuses, touches nothing and names the remedy")
  func wipedMajority() throws {
    let temporary = try TemporaryDirectory()
    let directory = temporary.path + "/c"
    try creation(directory).run()
    let before = try findings(directory + "/n1")
    for node in ["/n2", "/n3"] { try wipe(directory + node) }
    let failure = #expect(throws: CommandFailure.self) { try creation(directory).run() }
    #expect(failure?.message.contains("n1 hold data, n2, n3 none") == true)
    #expect(failure?.message.contains("restore") == true)
    #expect(try findings(directory + "/n1") == before)
    #expect(try LocalCluster.names(in: directory + "/n2").isEmpty)
    // The same when the directories are gone altogether.
    for node in ["/n2", "/n3"] { rmdir(directory + node) }
    #expect(throws: CommandFailure.self) { try creation(directory).run() }
    #expect(try LocalCluster.nodeDirectories(directory) == [directory + "/n1"])
  }

  @Test("a directory with other files is refused")
  func foreign() throws {
    let temporary = try TemporaryDirectory()
    let directory = temporary.path + "/c"
    mkdir(directory, 0o700)
    mkdir(directory + "/photos", 0o700)
    defer { rmdir(directory + "/photos") }
    let failure = #expect(throws: CommandFailure.self) { try creation(directory).run() }
    #expect(failure?.message.contains("photos") == true)
  }

  @Test("empty directories, and a creation that was interrupted, are no obstacle")
  func interrupted() throws {
    let temporary = try TemporaryDirectory()
    let directory = temporary.path + "/c"
    try creation(directory + ".new", nodes: 2).run()
    for path in [directory, directory + "/n1", directory + "/n2"] { mkdir(path, 0o700) }
    try creation(directory).run()
    #expect(try LocalCluster(directory: directory).nodes.count == 3)
    #expect(try LocalCluster.names(in: directory + ".new").isEmpty)
  }
}

@Suite("node.yaml")
struct NodeFileTests {
  @Test("a file that somebody edited is read as long as its shape is kept")
  func edited() {
    let text = """
      node:
        # our first one
        id: 7
        data: /var/lib/quoin
      listen:
        client: "[::1]:7381"
        peer: 10.0.0.1:7391
      log:
        level: debug
      """
    let file = NodeFile(text: text)
    #expect(file?.id == 7)
    #expect(file?.data == "/var/lib/quoin")
    #expect(file?.client == Endpoint(host: "::1", port: 7381))
    #expect(file?.peer == Endpoint(host: "10.0.0.1", port: 7391))
    #expect(file?.virtualAddress == nil)
  }

  @Test("what is missing is not made up")
  func missing() {
    #expect(NodeFile(text: "node:\n  id: 1\n") == nil)
    #expect(NodeFile(text: "id: 1\ndata: x\nclient: a:1\npeer: b:2\n") == nil)
  }
}
