/// Which families of faults a run may draw from. Every seed still draws for itself which of them it
/// uses, and how hard: a swarm of different runs finds what one run with everything at once hides.
public enum Profile: String, CaseIterable, Sendable {
  /// Nothing goes wrong: for measuring, and to see that the harness itself is quiet.
  case calm
  /// Lossy, slow, cut and reset connections.
  case network
  /// Crashes with torn writes, stalls, full disks, failing syncs.
  case disks
  /// Crashes, pauses, and clocks that run differently or jump.
  case machines
  /// Everything.
  case swarm

  var hasNetworkFaults: Bool { self == .network || self == .swarm }
  var hasDiskFaults: Bool { self == .disks || self == .swarm }
  var hasCrashes: Bool { self == .disks || self == .machines || self == .swarm }
  var hasClockFaults: Bool { self == .machines || self == .swarm }
}
