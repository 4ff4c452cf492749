internal import ClientProtocol
internal import Determinism
package import RaftCore
package import RaftTypes
package import VirtualIP

/// What a node is told at its start.
package struct ReplicaSettings: Sendable {
  package var id: NodeID
  package var incarnation: DiskIncarnation
  /// Nil on an empty disk.
  package var cluster: ClusterID?
  package var consensus: Settings
  package var limits = Limits()
  /// Process id and addresses, for the status that nodes report to each other.
  package var pid: UInt32
  package var clientAddress: String
  package var peerAddress: String
  /// `address:port` of the virtual IP; nil: none.
  package var virtualAddress: String?
  /// On what terms this node may hold it, at the start; nil: never.
  package var addressTerms: AddressTerms?

  package init(
    id: NodeID, incarnation: DiskIncarnation, cluster: ClusterID?, consensus: Settings,
    pid: UInt32, clientAddress: String, peerAddress: String, virtualAddress: String?
  ) {
    self.id = id
    self.incarnation = incarnation
    self.cluster = cluster
    self.consensus = consensus
    self.pid = pid
    self.clientAddress = clientAddress
    self.peerAddress = peerAddress
    self.virtualAddress = virtualAddress
    addressTerms = virtualAddress.map { _ in
      AddressTerms(.loopback, electionLeast: consensus.electionLeast)
    }
  }

  /// How long a call waits for a leader to appear before it is told that there is none: an election
  /// that succeeds at the third attempt fits.
  var leaderPatience: TimeSpan { consensus.electionMost * 3 }
  /// How long a status waits for the other nodes: several round trips, and short enough for a
  /// person.
  var statusPatience: TimeSpan { .milliseconds(250) }
  /// How long a stopping leader waits for its successor.
  var stopPatience: TimeSpan { consensus.electionMost * 2 }
}
