package import Determinism
package import RaftTypes

/// The first frame each way on every connection: who dials, who answers, and why not.
///
/// Pure: the sockets ask `judge` and obey. The check guards against mistakes (two clusters on one
/// network, a copied data directory, a wiped disk), not against an attacker; that is the
/// transport's matter.
package enum Handshake {
  /// Who one end is.
  package struct Identity: Hashable, Sendable {
    /// Nil: an empty disk that belongs to no cluster yet and waits to be contacted.
    package let cluster: ClusterID?
    package let node: NodeID
    package let incarnation: DiskIncarnation

    package init(cluster: ClusterID?, node: NodeID, incarnation: DiskIncarnation) {
      self.cluster = cluster
      self.node = node
      self.incarnation = incarnation
    }
  }

  /// What the dialer says first.
  package struct Hello: Hashable, Sendable {
    /// Frame formats that the dialer speaks.
    package let versions: ClosedRange<UInt8>
    package let identity: Identity
    /// The node that the dialer means to reach.
    package let expects: NodeID
    package let channel: ChannelKind
    /// The index of the membership that the dialer acts under.
    package let configuration: LogIndex
    /// `host:port` where that membership says the dialer listens for peers; empty when it says
    /// nothing. Answers to its messages go there, also from a node whose own membership is older.
    package let address: String

    package init(
      versions: ClosedRange<UInt8> = FrameFormat.versions, identity: Identity, expects: NodeID,
      channel: ChannelKind, configuration: LogIndex, address: String
    ) {
      self.versions = versions
      self.identity = identity
      self.expects = expects
      self.channel = channel
      self.configuration = configuration
      self.address = address
    }
  }

  /// What the acceptor says back.
  package enum Answer: Hashable, Sendable {
    /// The version that both will speak, and who answers.
    case welcome(version: UInt8, Identity)
    /// The connection ends here.
    case refused(Refusal)
  }

  /// What one end knows when it judges the other.
  package struct LocalView: Sendable {
    package let identity: Identity
    /// The disks that the cluster trusts; empty on an empty disk.
    package let members: SortedMap<NodeID, DiskIncarnation>
    /// The index of the membership that `members` is from.
    package let configuration: LogIndex

    package init(
      identity: Identity, members: SortedMap<NodeID, DiskIncarnation>, configuration: LogIndex
    ) {
      self.identity = identity
      self.members = members
      self.configuration = configuration
    }
  }

  /// Why a connection is refused. Each is for the operator: nothing but a change of configuration
  /// helps.
  package enum Refusal: Error, Hashable, Sendable {
    /// The refusing end belongs to this cluster.
    case otherCluster(ClusterID)
    /// The refusing end belongs to this epoch of the same cluster.
    case otherEpoch(ClusterID)
    /// The refusing end is this node, not the one that was meant.
    case wrongNode(NodeID)
    /// The refusing end has the same node id as the refused one.
    case duplicateNode(NodeID)
    /// The refusing end speaks only these versions.
    case unknownVersion(ClosedRange<UInt8>)
    /// The refusing end knows a membership at least as new, without the refused node.
    case unknownMember(NodeID)
    /// The refusing end trusts this disk under that node id.
    case replacedDisk(DiskIncarnation)
  }
}
