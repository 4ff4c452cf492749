package import Determinism

/// How patient a hub is. The defaults suit a local network and election timeouts near 300 ms to 1
/// s.
package struct PeerTiming: Sendable {
  /// From accept or connect to a whole hello or answer. A loaded machine answers within some 100
  /// ms.
  package var handshake = TimeSpan.seconds(2)
  /// For one address. The kernel repeats a lost SYN after 1 s (RFC 6298): one repeat fits.
  package var connect = TimeSpan.seconds(2)
  /// First and longest pause between attempts. The first is below any election timeout, the longest
  /// is what a node that comes back waits at most.
  package var leastPause = TimeSpan.milliseconds(20)
  package var mostPause = TimeSpan.seconds(1)
  /// Unacknowledged data ends the connection after this (TCP_USER_TIMEOUT, tcp(7)). Without it a
  /// connection that outlives a cut of the network waits out the kernel's doubled retransmission
  /// timer after the heal.
  package var unacknowledged = TimeSpan.seconds(2)

  package init() {}
}
