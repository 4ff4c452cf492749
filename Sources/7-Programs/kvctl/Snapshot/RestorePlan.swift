internal import Determinism
internal import KeyValueClient
internal import RaftTypes
internal import WriteAheadLog

/// The cluster that a snapshot becomes: a function of the snapshot, the members and the restore id,
/// so that every node works it out for itself, on its own machine, and all come to the same.
///
/// Whatever differs, another file, another list of members, another id, gives other disk
/// incarnations: nodes that were not restored together refuse each other.
struct RestorePlan: Equatable {
  let descriptor: SnapshotDescriptor

  /// Which cluster the restored one is.
  enum Identity: Equatable {
    /// The same one, in a later epoch; nil: the next.
    case later(epoch: UInt64?)
    /// Another one.
    case new
  }

  init(
    _ snapshot: SnapshotDescriptor, _ members: MemberList, _ id: RestoreID, as identity: Identity
  ) throws(CommandFailure) {
    let old = snapshot.cluster
    var mixture = Mixture(id.number)
    for number in [
      old.number, old.epoch, snapshot.position.term.number, snapshot.position.index.number,
      snapshot.stateHash,
    ] { mixture.add(number) }
    for byte in members.text.utf8 { mixture.add(UInt64(byte)) }
    let cluster: ClusterID
    switch identity {
    case .later(let epoch):
      let next = epoch ?? old.epoch + 1
      guard next > old.epoch else {
        throw CommandFailure(
          "--epoch \(next): the snapshot is of epoch \(old.epoch), the restored cluster needs a "
            + "later one, or its old members could join it", status: .usage)
      }
      cluster = ClusterID(old.number, epoch: next)
    case .new:
      cluster = ClusterID(mixture.drawn(for: 0), epoch: 1)
    }
    mixture.add(cluster.number)
    mixture.add(cluster.epoch)
    descriptor = SnapshotDescriptor(
      position: snapshot.position, logTime: snapshot.logTime,
      membership: Membership(
        voters: members.members.map { member in
          Member(
            id: NodeID(member.id), incarnation: DiskIncarnation(mixture.drawn(for: member.id)),
            peerAddress: member.peer.description, clientAddress: member.client.description)
        }), cluster: cluster, stateHash: snapshot.stateHash)
  }

  /// The disk of node `id`; nil when it is not among the members.
  func disk(of id: UInt64) -> DiskIdentity? {
    descriptor.membership.members[NodeID(id)].map { member in
      DiskIdentity(
        cluster: descriptor.cluster, node: member.id, incarnation: member.incarnation)
    }
  }
}

/// Numbers stirred into one, in order.
private struct Mixture {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func add(_ number: UInt64) {
    var dice = Dice(seed: state ^ number)
    state = dice.next()
  }

  /// A number for `purpose`; draws do not change the mixture.
  func drawn(for purpose: UInt64) -> UInt64 {
    var mixture = self
    mixture.add(purpose)
    mixture.add(0x7175_6f69_6e21)
    return mixture.state
  }
}
