public import RaftTypes

/// What one node knows of the cluster's address at this moment: `/v1/vip`, and `kvctl vip`.
public struct AddressReport: Hashable, Sendable {
  /// How the node would hold it; the raw value is its name in JSON.
  public enum Mode: String, CaseIterable, Hashable, Sendable {
    case none, loopback, interface, command
  }

  /// A stranger that says it has the address.
  public struct Conflict: Hashable, Sendable {
    /// The stranger's hardware address.
    public var hardware: String
    public var millisecondsAgo: UInt64

    public init(hardware: String, millisecondsAgo: UInt64) {
      self.hardware = hardware
      self.millisecondsAgo = millisecondsAgo
    }
  }

  public var mode: Mode
  /// `address:port`, as clients dial it.
  public var endpoints: [String]
  /// Nil: not on an interface.
  public var interface: String?
  /// What ends a hold when the processes of the node are frozen; `none` while that is not known.
  public var tier: AddressTier
  /// Why the tier is no better, or why the address cannot be held at all; empty when all is well.
  public var remark: String
  /// Of the interface; nil while no guard has told.
  public var hardware: String?
  /// The term in which the address is held here; nil: it is not.
  public var heldTerm: Term?
  /// Until the kernel ends the lease unless it is renewed; nil: none is open.
  public var leaseLeftMilliseconds: UInt64?
  /// Since the address was last announced from here; nil: never.
  public var announcedMillisecondsAgo: UInt64?
  /// Alarms since the process started.
  public var conflicts: UInt64
  public var lastConflict: Conflict?

  /// Of a node that has nothing to do with an address.
  public init() {
    mode = .none
    endpoints = []
    tier = .none
    remark = ""
    conflicts = 0
  }
}
