/// The port through which the address is taken and given up: sockets on loopback, a guard on an
/// interface, an operator's program, or a simulated segment.
package protocol AddressTable: AnyObject {
  /// Does what the policy decided. A release is complete when this returns: no connection to the
  /// address lives on, and none can be made.
  /// - Returns: the answer to a claim, if it is known at once; otherwise it comes later as an
  ///   event.
  func perform(_ action: AddressAction) -> AddressEvent?
}

/// For a node without a virtual IP.
package final class NoAddress: AddressTable {
  package init() {}
  /// Nothing is claimed, nothing answered.
  package func perform(_ action: AddressAction) -> AddressEvent? { nil }
}
