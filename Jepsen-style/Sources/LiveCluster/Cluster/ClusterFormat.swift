internal import EntryFormat
internal import Glibc
internal import PosixStorage
internal import RaftTypes
internal import WriteAheadLog

/// Writes the disks of a new cluster, as `kvctl cluster init` does, with any peer addresses.
enum ClusterFormat {
  /// Where a member keeps its data, and where others look for it.
  struct Place: Sendable {
    let id: NodeID
    let data: String
    let peer: String
    let client: String
  }

  /// Draws a new cluster, and formats the disks of its founders.
  static func write(_ founders: [Place]) throws(LiveFailure) {
    var chance = SystemRandomNumberGenerator()
    let cluster = ClusterID(chance.next(), epoch: 1)
    let members = founders.map { place in
      Member(
        id: place.id, incarnation: DiskIncarnation(chance.next()), peerAddress: place.peer,
        clientAddress: place.client)
    }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let genesis = Entry(
      position: LogPosition(term: .zero, index: LogIndex(1)),
      logTime: LogTime(milliseconds: UInt64(now.tv_sec) * 1000),
      payload: .genesis(cluster, Membership(voters: members)))
    for (place, member) in zip(founders, members) {
      let files = PosixFileSystem(root: place.data)
      let identity = DiskIdentity(
        cluster: cluster, node: place.id, incarnation: member.incarnation)
      do {
        try files.makeRoot()
        try WriteAheadLog.format(files, identity, genesis: genesis)
      } catch {
        throw LiveFailure("cannot format \(place.data): \(error)")
      }
    }
  }
}
