import ClientProtocol
import NIOCore
import Replica
import VirtualIP

/// The cluster's address as a node's process sees it: the port of the policy, with a life and a
/// report. On the node's event loop.
protocol NodeAddress: AddressTable {
  /// Takes what the replica should hear: the answers that are not known at once.
  var offer: (ReplicaInput) -> Void { get set }
  /// Readies what a claim needs; fails when the configuration cannot work here.
  func start() -> EventLoopFuture<Void>
  /// Lets go of everything; nothing is performed after it.
  func stop()
  /// How this node stands to the address now.
  var report: AddressReport { get }
  /// The connections on which a guard could speak for this node are these now.
  func guardedSocketsChanged(_ sockets: @escaping () -> [Int32])
  /// Announces it again, if it is held here.
  func announce()
}

extension NodeAddress {
  func announce() {}
  func guardedSocketsChanged(_ sockets: @escaping () -> [Int32]) {}
}
