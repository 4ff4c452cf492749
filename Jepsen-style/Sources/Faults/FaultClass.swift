/// Every way in which something goes wrong, by the name under which `faultlab run` counts it: what
/// was never counted was never injected, and proves nothing.
public enum FaultClass: Int, CaseIterable, Sendable {
  // The network.
  case loss, copy, reordering, clog, swizzle, cut, oneWayCut, coup, heal, reset
  // Machines and processes.
  case kill, powerLoss, guardLoss, pause, restart, reformat
  // What a loss of power leaves of writes that no sync covered.
  case lostWrite, tornWrite
  // Disks.
  case bitRot, misdirectedWrite, staleBlock, readError
  case writeError, syncError, stall, lyingSync, fullDisk
  // Clocks.
  case wallJump, drift
  // Clients, and what operators do.
  case lostReply, retry
  case transfer, snapshot, membership

  /// The kinds that come one by one, drawn by weight; the others go with what the swarm drew.
  static let drawn: [FaultClass] = [
    .kill, .powerLoss, .pause, .restart, .cut, .oneWayCut, .heal, .clog, .swizzle, .reset,
    .bitRot, .misdirectedWrite, .staleBlock, .readError, .writeError, .syncError, .stall,
    .lyingSync, .fullDisk, .wallJump, .transfer, .snapshot, .membership, .coup,
  ]
}

/// How often each class of faults was injected.
public struct FaultCounts: Hashable, Sendable, Codable {
  private var counts = [Int](repeating: 0, count: FaultClass.allCases.count)

  public init() {}

  public subscript(fault: FaultClass) -> Int {
    get { counts[Self.place(fault)] }
    set { counts[Self.place(fault)] = newValue }
  }

  public mutating func add(_ fault: FaultClass) { self[fault] += 1 }

  /// Adds another run's.
  public static func += (a: inout FaultCounts, b: FaultCounts) {
    for place in a.counts.indices { a.counts[place] += b.counts[place] }
  }

  /// Classes of which there was none.
  public var missing: [FaultClass] { FaultClass.allCases.filter { self[$0] == 0 } }

  private static func place(_ fault: FaultClass) -> Int { fault.rawValue }
}
