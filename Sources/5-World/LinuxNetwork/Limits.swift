/// Every bound of this module, with its reason.
enum Limits {
  /// Frames taken from a segment in one call: a flood must not keep the guard from its leases. A
  /// frame costs some microseconds, so that 64 stay below a millisecond.
  static let mostFramesAtOnce = 64
  /// Connections listed in one call. The holder shares them with its followers; 65,536 flows of
  /// IPv4 are 768 KiB.
  static let mostFlows = 65_536
}
