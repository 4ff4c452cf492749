internal import EntryFormat
internal import Glibc
internal import PosixStorage
internal import RaftTypes
internal import WriteAheadLog

/// Writes the disks of a new cluster, as `kvctl cluster init` does, with any peer addresses.
enum ClusterFormat {
  /// - Parameter nodes: number, data directory, and the addresses where peers and clients look.
  static func write(
    _ nodes: [(id: NodeID, data: String, peer: String, client: String)]
  ) throws(LiveFailure) {
    var chance = SystemRandomNumberGenerator()
    let cluster = ClusterID(chance.next(), epoch: 1)
    let members = nodes.map { node in
      Member(
        id: node.id, incarnation: DiskIncarnation(chance.next()), peerAddress: node.peer,
        clientAddress: node.client)
    }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let genesis = Entry(
      position: LogPosition(term: .zero, index: LogIndex(1)),
      logTime: LogTime(milliseconds: UInt64(now.tv_sec) * 1000),
      payload: .genesis(cluster, Membership(voters: members)))
    for (node, member) in zip(nodes, members) {
      let identity = DiskIdentity(
        cluster: cluster, node: member.id, incarnation: member.incarnation)
      let files = PosixFileSystem(root: node.data)
      do {
        try files.makeRoot()
        try WriteAheadLog.format(files, identity, genesis: genesis)
      } catch {
        throw LiveFailure("cannot format \(node.data): \(error)")
      }
    }
  }
}
