internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

/// A member on its way to what it was asked to become.
struct MemberArrival {
  enum Step: Equatable {
    case arrived
    /// It is no member any more, and was to be one.
    case left
    /// How many entries it lacks, when the leader says.
    case underWay(lag: UInt64?)
  }

  let node: NodeID
  let goal: Standing
  private var firstLag: UInt64?
  private var bar = ProgressBar()

  init(node: NodeID, goal: Standing) {
    self.node = node
    self.goal = goal
  }

  /// What one look at the members says. It counts when a leader says it and no change is half
  /// done.
  func judge(_ membership: MembershipAnswer) -> Step {
    guard membership.leader != nil, membership.isCommitted, !membership.isJoint else {
      return .underWay(lag: membership[node]?.lag)
    }
    guard let member = membership[node] else { return goal == .stranger ? .arrived : .left }
    return member.standing == goal ? .arrived : .underWay(lag: member.lag)
  }

  /// Looks until the member has arrived.
  mutating func watch(
    _ client: KeyValueClient, until end: ContinuousClock.Instant
  ) async throws(CommandFailure) {
    Interruption.watch()
    defer { bar.clear() }
    while true {
      // A cluster between two leaders answers again soon.
      if let membership = try? await client.members() {
        switch judge(membership) {
        case .arrived: return
        case .left: throw Self.departure(of: node)
        case .underWay(let lag): show(lag)
        }
      }
      guard !Interruption.isRequested, ContinuousClock.now < end else {
        throw CommandFailure(
          "did not wait for the end: it goes on by itself, see kvctl member ls")
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  static func sentence(_ node: NodeID, reached goal: Standing) -> String {
    switch goal {
    case .voter: "node \(node.number) is a voter now"
    case .learner: "node \(node.number) is a learner now"
    case .stranger: "node \(node.number) is no member any more: its process may be stopped"
    case .joining, .leaving: "node \(node.number) is \(goal.rawValue)"
    }
  }

  private mutating func show(_ lag: UInt64?) {
    let name = "node \(node.number)"
    guard let lag else { return bar.update(share: nil, "\(name): the change is under way") }
    let first = max(firstLag ?? lag, lag, 1)
    firstLag = first
    bar.update(
      share: 1 - Double(lag) / Double(first), "\(name) lacks \(Figures.grouped(lag)) entries")
  }

  private static func departure(of node: NodeID) -> CommandFailure {
    CommandFailure(
      "node \(node.number) left again: the leader did not reach it, or it did not keep up with the "
        + "writes; check that it runs and that --peer is its address, then add it again")
  }
}
