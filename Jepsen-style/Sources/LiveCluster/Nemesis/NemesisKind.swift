/// Families of faults that a run is asked for by name.
package enum NemesisKind: String, CaseIterable, Sendable {
  case kill, pause, restart, partition, oneway, delay, loss, bandwidth, duplicate, reorder
  case transfer, clock, flip, truncate, wipe, member
  case fullDisk = "full-disk"

  /// What the network must be able to do for it; nil when none of the network's business.
  var trouble: Trouble? {
    switch self {
    case .partition, .oneway: .cut
    case .delay: .delay
    case .loss: .loss
    case .bandwidth: .bandwidth
    case .duplicate: .duplication
    case .reorder: .reordering
    case .kill, .pause, .restart, .transfer, .clock, .flip, .truncate, .wipe, .member, .fullDisk:
      nil
    }
  }

  /// Why it cannot be injected here; nil when it can.
  package func obstacle(_ network: [Trouble]) -> String? {
    if let trouble, !network.contains(trouble) {
      return "this network cannot do it; the other kind may (see Outcomes.md)"
    }
    return switch self {
    case .clock: FakeClock.obstacle
    case .fullDisk: SmallDisk.obstacle
    default: nil
    }
  }
}
