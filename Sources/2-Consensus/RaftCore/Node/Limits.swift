/// Everything in the core that could grow without bound, and why it does not.
public struct Limits: Hashable, Sendable {
  /// Entry bytes in one Append. 1 MiB leaves a 1 Gbit/s link in 8 ms, less than the fastest
  /// profile's heartbeat, so a heartbeat behind a batch is not late (dissertation §10.2.2).
  public var appendBytes = 1 << 20
  /// Entry bytes that leave for one follower in one turn: what it lacks beyond that leaves in later
  /// ones, which its answers bring. All of a full window at once, 8 MiB for one that was away, held
  /// the leader's loop for 20 to 50 ms.
  public var turnBytes = 1 << 20
  /// The same for one that lacks what is committed already, or twice what the log grew by in that
  /// turn: nobody waits for it, but those whose requests stand behind it in the loops of leader and
  /// follower do. With 256 KiB puts at half of the saturated rate had a p99 of 31 ms meanwhile.
  public var turnBytesBehind = 32 << 10
  /// Appends in flight to one follower: covers a round trip of several group commits on each side.
  public var appendsInFlight = 64
  /// Entry bytes in flight to one follower: what a stalled one can pin in its sockets and queues.
  public var bytesInFlight = 8 << 20
  /// Entry bytes the leader appended but has not committed: beyond it proposals are refused as
  /// overload.
  public var uncommittedBytes = 64 << 20
  /// Entry bytes that stay in the log before the newest snapshot, for followers a little slower
  /// than it.
  public var tailBytes = 16 << 20
  /// Entry bytes whose bodies stay in memory once they are applied and durable: several windows of
  /// a follower, so that who is only slow is not served from the disk.
  public var bodyBytes = 32 << 20
  /// Entry bytes that are read back from the disk at once, for one follower: half of its window.
  public var recallBytes = 4 << 20
  /// And entries: they are named, taken and freed in one step each.
  public var recallEntries = 4096
  /// Entry bytes the leader keeps while a follower receives a snapshot, so that it need not get
  /// another.
  public var pinnedBytes = 256 << 20
  /// Reads that wait for a round: beyond it they are refused as overload.
  public var pendingReads = 65_536
  /// Proposals parked during a leadership transfer: one election timeout at full load.
  public var parkedProposals = 65_536

  /// Compacted entries freed, and bodies that leave memory, at the end of each step: some 100 µs of
  /// work each. Steps are many more than the entries they bring, or bring fewer, and a heartbeat's
  /// pace frees 20,000 a second at rest.
  static let freedEachStep = 1024

  public init() {}
}
