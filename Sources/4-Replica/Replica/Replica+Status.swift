internal import BinaryCodec
package import ClientProtocol
internal import Determinism
internal import KeyValueStore
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import VirtualIP

/// A status that is being put together from all nodes' own words.
struct Gathering: Sendable {
  let deadline: Instant
  var reports: SortedMap<NodeID, NodeReport>
}

/// What a node says of itself.
struct NodeReport: BinaryCoded, Hashable, Sendable {
  let status: NodeStatus
  let holdsAddress: Bool

  func write(to writer: inout ByteWriter) {
    writer.write(holdsAddress)
    status.write(to: &writer)
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    holdsAddress = try reader.readBool()
    status = try NodeStatus(from: &reader)
  }

  init(status: NodeStatus, holdsAddress: Bool) {
    self.status = status
    self.holdsAddress = holdsAddress
  }

  var encodedSize: Int { 1 + status.encodedSize }
}

// The cluster as this node sees it: it asks every member, and waits a moment.
extension Replica {
  mutating func gather(_ ticket: Ticket) {
    let report = ownReport
    var reports = SortedMap<NodeID, NodeReport>()
    reports[settings.id] = report
    calls.move(ticket, to: .gathering)
    gatherings[ticket] = Gathering(
      deadline: now + settings.statusPatience, reports: reports)
    for peer in core.membership?.members.keys ?? [] where peer != settings.id {
      send(.statusRequest(PeerCall(id: ticket &+ lifeMark, bytes: [])), to: peer)
    }
    closeIfComplete(ticket)
  }

  mutating func statusAnswered(_ reply: PeerCall, from peer: NodeID) {
    guard let report = try? NodeReport(decoding: reply.bytes), report.status.id == peer else {
      return
    }
    let ticket = reply.id &- lifeMark
    _ = gatherings.update(ticket) { $0.reports[peer] = report }
    closeIfComplete(ticket)
  }

  mutating func closeGatherings() {
    guard !gatherings.isEmpty else { return }
    let due = gatherings.filter { now >= $0.1.deadline }.map(\.0)
    for ticket in due { close(ticket) }
  }

  private mutating func closeIfComplete(_ ticket: Ticket) {
    guard let gathering = gatherings[ticket],
      gathering.reports.count >= core.membership?.members.count ?? 1
    else { return }
    close(ticket)
  }

  private mutating func close(_ ticket: Ticket) {
    guard let gathering = gatherings.remove(ticket) else { return }
    finish(ticket, .status(status(of: gathering.reports)))
  }

  private func status(of reports: SortedMap<NodeID, NodeReport>) -> ClusterStatus {
    let members = core.membership?.members ?? SortedMap()
    var nodes = members.values.map { member in
      var node = reports[member.id]?.status ?? Self.unreachable(member)
      node.standing = standing(of: member.id)
      return node
    }
    if members[settings.id] == nil { nodes.append(ownReport.status) }
    let holder = reports.values.first { $0.holdsAddress }?.status.id
    return ClusterStatus(
      cluster: cluster ?? ClusterID(0, epoch: 0), term: core.term, leader: core.leader,
      revision: store.revision,
      vip: settings.virtualAddress.map { VirtualAddressStatus(address: $0, holder: holder) },
      nodes: nodes,
      canLose: core.membership.map { Quorum.spare(in: $0) { reports[$0] != nil } } ?? 0)
  }

  private static func unreachable(_ member: Member) -> NodeStatus {
    NodeStatus(
      id: member.id, pid: 0, clientAddress: member.clientAddress,
      peerAddress: member.peerAddress, role: .unknown, term: .zero, lastIndex: .zero,
      commitIndex: .zero, appliedIndex: .zero, snapshotIndex: .zero, stateHash: 0,
      revision: Revision(0), keys: 0, diskBytes: 0, reachable: false)
  }

  var ownReport: NodeReport {
    NodeReport(status: ownStatus, holdsAddress: ownership.isHolding)
  }

  /// This node's own word about itself.
  package var ownStatus: NodeStatus {
    NodeStatus(
      id: settings.id, pid: settings.pid, clientAddress: settings.clientAddress,
      peerAddress: settings.peerAddress, role: statusRole, term: core.term,
      lastIndex: core.log.last.index, commitIndex: core.commit,
      appliedIndex: store.appliedIndex,
      snapshotIndex: core.snapshot?.position.index ?? .zero, stateHash: store.stateHash,
      revision: store.revision, keys: UInt64(store.statistics.keys), diskBytes: diskBytes,
      reachable: true, standing: standing(of: settings.id))
  }

  private func standing(of node: NodeID) -> Standing {
    core.membership.map { Standing(of: node, in: $0) } ?? .stranger
  }

  private var statusRole: NodeStatus.Role {
    switch core.role {
    case .leader: .leader
    case .candidate: .candidate
    case .preCandidate: .preCandidate
    case .follower: core.membership?.isVoter(settings.id) == true ? .follower : .learner
    }
  }
}

// What the node's own interfaces show without asking anybody.
extension Replica {
  package var ownStamp: ReplyStamp { stamp }
  package var isDiskFull: Bool { diskIsFull }
  package var holdsAddress: Bool { ownership.isHolding }
}
