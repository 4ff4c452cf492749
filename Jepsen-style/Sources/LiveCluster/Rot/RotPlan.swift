internal import RaftTypes
internal import WriteAheadLog

/// Which copies may rot, so that of everything that was acknowledged one stays sound.
struct RotPlan {
  /// What the disk of one node holds.
  struct Holdings {
    /// Indexes of the log; nil for an empty one.
    var first: UInt64?
    var last: UInt64 = 0
    var snapshot: SnapshotFile?

    func hasEntry(_ index: UInt64) -> Bool {
      first.map { $0 <= index && index <= last } ?? false
    }
  }

  /// Consecutive entries that keep their sound copy on the same node.
  static let block: UInt64 = 16

  private let holdings: [NodeID: Holdings]
  /// Nodes all of whose copies rot; nil: the copies of all nodes in turn.
  private let victims: [NodeID]?

  init(_ holdings: [NodeID: Holdings], victims: [NodeID]) {
    self.holdings = holdings
    self.victims = victims
  }

  init(helixOver holdings: [NodeID: Holdings]) {
    self.holdings = holdings
    victims = nil
  }

  /// Whether the copy of this entry that `node` holds may rot.
  func mayRot(_ index: UInt64, of node: NodeID) -> Bool {
    if let victims { return victims.contains(node) }
    // Only who has the entry can keep it: logs begin where snapshots allow it.
    let holders = holdings.filter { $0.value.hasEntry(index) }.keys.sorted()
    return Self.owner(index / Self.block, among: holders) != node
  }

  /// Whether that slice of the newest snapshot of `node` may rot. One that nobody else has may
  /// not: the log behind it may be gone.
  func mayRotSlice(_ slice: Int, of node: NodeID) -> Bool {
    if let victims { return victims.contains(node) }
    guard let position = holdings[node]?.snapshot?.descriptor.position else { return false }
    let holders = holdings.filter { $0.value.snapshot?.descriptor.position == position }
    guard holders.count == holdings.count else { return false }
    return Self.owner(UInt64(slice), among: holders.keys.sorted()) != node
  }

  private static func owner(_ place: UInt64, among holders: [NodeID]) -> NodeID? {
    holders.isEmpty ? nil : holders[Int(place % UInt64(holders.count))]
  }
}
