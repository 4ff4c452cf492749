package import Determinism
package import NetworkTypes
package import RaftTypes

/// What a kvnode tells its guard; one packet each. Instants are of CLOCK_BOOTTIME, which both
/// processes of a host share.
///
/// The end of the connection means `release`, whatever was said before: a process that is gone
/// holds nothing.
package enum GuardRequest: Hashable, Sendable {
  /// The first message, once; answered by `ready` or `unusable`.
  case hello(GuardHello)
  /// Ask the segment who has the addresses, so that a claim that follows need not wait for it.
  case probe
  /// Take the addresses until then; answered by `claimed` or `refused`.
  case claim(Term, until: Instant)
  /// A quorum acknowledged: the addresses of that term are now held until then. No answer.
  case renew(Term, until: Instant)
  /// Let go at once; answered by `released`, also when nothing was held.
  case release(Term)
  /// Announce the addresses of that term again. No answer but `announced`.
  case announce(Term)
  /// With the packet come the sockets of connections to peers: when this node's process is gone and
  /// held something, write these bytes to each, behind everything else, and close them. Takes the
  /// place of what was given before. No answer.
  case lastWill([UInt8])
  /// Make these connections, which the holder before had, notice that they are over. No answer.
  case tickle([Flow])
}
