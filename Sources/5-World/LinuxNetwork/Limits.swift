import Determinism

/// Every bound of this module, with its reason.
enum Limits {
  /// Bytes read of a file of /proc or /run: /proc/self/status, the longest, has about 1.5 KiB.
  static let hostFile = 8 << 10
  /// Bytes of one netlink datagram: the kernel fills at most 32 KiB at once (netlink_dump()).
  static let datagram = 32 << 10
  /// A list that changes while it is read is read again; three changes in a row, each within some
  /// microseconds, mean that something is wrong.
  static let dumpAttempts = 3
  /// Looks for the route of an address that was just added, and microseconds between them: the
  /// kernel's work queue needs some milliseconds, and 100 ms are less than a client waits.
  static let arrivalLooks = 200
  static let arrivalPause: UInt32 = 500
  /// Bytes of a frame that are looked at. ARP has 42; a neighbour message 78 and options, of which
  /// the target's link-layer address comes first in practice: 512 hold 54 more.
  static let frame = 512
  /// Frames taken from a segment in one call: a flood must not keep the guard from its leases. A
  /// frame costs some microseconds, so that 64 stay below a millisecond.
  static let mostFramesAtOnce = 64
  /// Datagrams of news taken in one call. The kernel keeps at most 208 KiB, which are some hundred;
  /// so all of them are read at once, even if as many come meanwhile.
  static let mostNewsAtOnce = 1024
  /// Connections listed in one call. The holder shares them with its followers; 65,536 flows of
  /// IPv4 are 768 KiB.
  static let mostFlows = 65_536
  /// NFT_NETDEVHOOK_MAX of the kernel: interfaces on which one chain can stand.
  static let mostInterfaces = 256
  /// A jiffy is at most 10 ms (HZ 100) and leases are below a minute; a caller that asks for more
  /// has mistaken its clock.
  static let longestOpening = TimeSpan.seconds(60)
  /// All but one of a thousand calls: the 99.9th percentile.
  static let callsRemembered = 1000
  /// A call takes a tenth of a millisecond. One stall of the host must not eat up the short leases
  /// of an 80 ms election for the next thousand calls; that a call was late is noticed anyway.
  static let mostCallAllowance = TimeSpan.milliseconds(20)
  /// Calls made before the first opening, to know their cost: about two milliseconds together.
  static let rehearsals = 16
  /// A renewal that was late is repeated with a new look at the clock; thrice in a row means that
  /// this host can promise nothing.
  static let openAttempts = 3
}
