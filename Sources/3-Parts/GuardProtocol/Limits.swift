/// What one message may hold. Both ends run on one host and are built together; the bounds keep a
/// mistake of one from costing the other memory.
package enum Limits {
  /// The one version that is written and read. Both programs come from one build; a guard that was
  /// left running across an upgrade refuses the new kvnode by this byte and says so.
  static let version: UInt8 = 1
  /// Addresses of one node. A cluster has one, or one of each family; eight leave room for a few
  /// networks and keep every answer short.
  package static let addresses = 8
  /// Longest name of an interface: IFNAMSIZ of linux/if.h is 16 with its terminator.
  static let interfaceBytes = 15
  /// Longest sentence for people; longer ones are cut.
  static let textBytes = 512
  /// Connections of one `tickle`; more go in several. 1,024 clients fit in one packet.
  package static let flows = 1024
  /// Longest last will: one frame for peers.
  package static let willBytes = 256
  /// Connections that a last will is for: more peers than a cluster has voters.
  package static let willSockets = 32
  /// Longest message to the guard: `flows` of IPv6, 37 bytes each, and its head.
  package static let requestBytes = 40 << 10
  /// Longest message from the guard: a state of `addresses` with a sentence each.
  package static let replyBytes = 8 << 10
  /// The kernel counts lifetimes in whole seconds and may be 0.36 s late; one second would end
  /// between two renewals of a slow machine.
  package static let lifetimeSeconds: ClosedRange<UInt8> = 2...60
}
