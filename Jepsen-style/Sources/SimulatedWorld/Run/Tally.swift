public import Faults

/// What a run saw, for people and for the question whether it saw enough.
public struct Tally: Hashable, Sendable, Codable {
  public var events = 0
  public var turns = 0
  public var frames = 0
  public var elections = 0
  public var snapshots = 0
  public var installs = 0
  /// Entries that were read back from the log's files: for followers, for repairs, for states that
  /// were replaced; and readings that found nothing.
  public var recalledToReplicate = 0
  public var recalledToRepair = 0
  public var recalledToApply = 0
  public var vainRecalls = 0
  public var operations = 0
  public var answered = 0
  /// Reads that nodes answered from a lease.
  public var leaseReads = 0
  public var unknown = 0
  public var faults = FaultCounts()
  /// Those that were drawn, also when a reduction left them out or nobody was there to suffer them.
  public var faultsDrawn = 0
  public var faultsInjected = 0
  public var addressMoves = 0
  /// Looks at the segment that found more than one holder; only where that is tolerated.
  public var rivalHolders = 0
  /// Quorums that needed the dead back, because a torn record that looks rotten stood in the way.
  public var reinforced = 0
  /// Runs in which even all nodes together could elect nobody for that reason.
  public var blocked = 0
  /// Virtual time, in nanoseconds.
  public var simulated: UInt64 = 0

  public init() {}

  /// Adds another run's.
  public static func += (a: inout Tally, b: Tally) {
    a.events += b.events
    a.turns += b.turns
    a.frames += b.frames
    a.elections += b.elections
    a.snapshots += b.snapshots
    a.installs += b.installs
    a.recalledToReplicate += b.recalledToReplicate
    a.recalledToRepair += b.recalledToRepair
    a.recalledToApply += b.recalledToApply
    a.vainRecalls += b.vainRecalls
    a.operations += b.operations
    a.answered += b.answered
    a.leaseReads += b.leaseReads
    a.unknown += b.unknown
    a.faults += b.faults
    a.faultsDrawn += b.faultsDrawn
    a.faultsInjected += b.faultsInjected
    a.addressMoves += b.addressMoves
    a.rivalHolders += b.rivalHolders
    a.reinforced += b.reinforced
    a.blocked += b.blocked
    a.simulated += b.simulated
  }
}
