package import Replica

/// Where other threads put what happened; the replica loop takes all of it at once.
package struct Mailbox: Sendable {
  private let deliver: @Sendable ([ReplicaInput]) -> Void
  private let failed: @Sendable (String) -> Void

  /// - Parameters:
  ///   - deliver: hands inputs to the replica loop, in order.
  ///   - failed: reports that the node cannot go on.
  package init(
    deliver: @escaping @Sendable ([ReplicaInput]) -> Void,
    failed: @escaping @Sendable (String) -> Void
  ) {
    self.deliver = deliver
    self.failed = failed
  }

  func post(_ inputs: [ReplicaInput]) {
    if !inputs.isEmpty { deliver(inputs) }
  }

  func fail(_ reason: String) { failed(reason) }
}
