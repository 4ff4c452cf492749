/// Which families of faults a run may draw from. Every seed still draws for itself which of them it
/// uses, and how hard: a swarm of different runs finds what one run with everything at once hides.
public enum Profile: String, CaseIterable, Sendable {
  /// Nothing goes wrong: for measuring, and to see that the harness itself is quiet.
  case calm
  /// Lossy, slow, cut and reset connections.
  case network
  /// Crashes with torn writes, stalls, full disks, failing and lying syncs, rot.
  case disks
  /// Crashes, pauses, and clocks that run differently or jump.
  case machines
  /// Members come and go while machines crash and networks part.
  case members
  /// Everything.
  case swarm

  var hasNetworkFaults: Bool { self == .network || self == .members || self == .swarm }
  var hasDiskFaults: Bool { self == .disks || self == .swarm }
  var hasCrashes: Bool { self != .calm && self != .network }
  var hasClockFaults: Bool { self == .machines || self == .swarm }
  var hasChurn: Bool { self == .members || self == .swarm }

  /// Whether a class of faults belongs to this profile.
  func has(_ fault: FaultClass) -> Bool {
    switch fault {
    case .loss, .copy, .reordering, .clog, .swizzle, .cut, .oneWayCut, .coup, .heal, .reset:
      hasNetworkFaults
    case .kill, .powerLoss, .guardLoss, .pause, .restart, .lostWrite, .tornWrite: hasCrashes
    case .bitRot, .misdirectedWrite, .staleBlock, .readError, .writeError, .syncError, .stall,
      .lyingSync, .fullDisk, .reformat:
      hasDiskFaults
    case .wallJump, .drift: hasClockFaults
    case .membership: hasChurn
    case .lostReply, .retry, .transfer, .snapshot: self != .calm
    }
  }
}
