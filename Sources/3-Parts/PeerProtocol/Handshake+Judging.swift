internal import Determinism
package import RaftTypes

extension Handshake {
  /// The acceptor's answer to `hello`.
  ///
  /// A node that `view` does not know, or knows on another disk, is refused only when `view` is at
  /// least as new as the dialer's own membership: a member that lags must still let in a leader it
  /// has not heard of, or it never catches up (§6: servers take requests from servers outside their
  /// configuration). A replaced disk that nobody has taken in knows no newer membership, and it is
  /// not the voter that promised (pitfall 3).
  package static func judge(_ hello: Hello, against view: LocalView) -> Answer {
    let ours = FrameFormat.versions
    let version = min(ours.upperBound, hello.versions.upperBound)
    guard ours.contains(version), hello.versions.contains(version) else {
      return .refused(.unknownVersion(ours))
    }
    if let refusal = difference(hello.identity.cluster, view.identity.cluster) {
      return .refused(refusal)
    }
    guard hello.expects == view.identity.node else {
      return .refused(.wrongNode(view.identity.node))
    }
    guard hello.identity.node != view.identity.node else {
      return .refused(.duplicateNode(view.identity.node))
    }
    let trusted = view.members[hello.identity.node]
    let isAhead = hello.configuration > view.configuration
    guard trusted == hello.identity.incarnation || view.identity.cluster == nil || isAhead else {
      return .refused(
        trusted.map { .replacedDisk($0) } ?? .unknownMember(hello.identity.node))
    }
    return .welcome(version: version, view.identity)
  }

  /// Whether the dialer, who meant `expected` on the disk `trusted`, may go on with whoever
  /// welcomed it; nil when it may.
  package static func judge(
    version: UInt8, _ answerer: Identity, expecting expected: NodeID, on trusted: DiskIncarnation,
    against view: LocalView
  ) -> Refusal? {
    guard FrameFormat.versions.contains(version) else {
      return .unknownVersion(FrameFormat.versions)
    }
    if let refusal = difference(answerer.cluster, view.identity.cluster) { return refusal }
    guard answerer.node == expected else { return .wrongNode(answerer.node) }
    return trusted == answerer.incarnation ? nil : .replacedDisk(trusted)
  }

  // An end without a cluster fits every cluster.
  private static func difference(_ theirs: ClusterID?, _ ours: ClusterID?) -> Refusal? {
    guard let theirs, let ours, theirs != ours else { return nil }
    return theirs.number == ours.number ? .otherEpoch(ours) : .otherCluster(ours)
  }
}

extension Handshake.Refusal: CustomStringConvertible {
  /// What is wrong and what to do about it, from the view of the refused end.
  package var description: String {
    switch self {
    case .otherCluster(let cluster):
      "it belongs to another cluster (\(cluster)): check the peer addresses"
    case .otherEpoch(let cluster):
      "it belongs to epoch \(cluster.epoch) of this cluster: "
        + "a node from before a recovery must be wiped and added again"
    case .wrongNode(let node): "node \(node) answers there: check the peer addresses"
    case .duplicateNode(let node): "two processes say they are node \(node): stop one"
    case .unknownVersion(let versions):
      "it speaks peer versions \(versions.lowerBound) to \(versions.upperBound) only: "
        + "upgrade one version at a time"
    case .unknownMember(let node): "\(node) is not a member: it was removed or never added"
    case .replacedDisk(let disk):
      "the cluster trusts disk \(disk) under this node id, until its leader has taken this one in"
    }
  }
}
