import Determinism
import GuardProtocol
import NetworkTypes

/// What the keeper needs of the machine: the kernel in production, a fake in tests. Every call
/// returns when the kernel has acknowledged.
protocol Machine: AnyObject {
  /// CLOCK_BOOTTIME.
  func now() -> Instant
  /// Readies one place: its gate stands and is shut, its address is absent, its segment is watched.
  func prepare(_ place: GuardHello.Place, for hello: GuardHello) throws(MachineFault)
    -> GuardStanding
  /// Removes what `prepare` and the rest left: addresses first, then gates. Best effort; what
  /// stays is shut, or ends with its lifetime.
  func dismantle()
  func hasCarrier(_ place: GuardHello.Place) -> Bool
  /// Adds the address for the hello's lifetime, or renews it.
  func keep(_ place: GuardHello.Place) throws(MachineFault)
  /// Removes the address; one that is gone already is removed.
  func remove(_ place: GuardHello.Place) throws(MachineFault)
  /// Opens the gate until then. False: that was too late, and it is shut again. A place without a
  /// gate is always open.
  func open(_ place: GuardHello.Place, until: Instant) throws(MachineFault) -> Bool
  func shut(_ place: GuardHello.Place) throws(MachineFault)
  /// Says on the segment that the address is here. Best effort: it is said again soon.
  func announce(_ place: GuardHello.Place)
  /// Asks the segment who has the address; answers come as `MachineEvent.claimed`. Best effort.
  func probe(_ place: GuardHello.Place)
  /// Resets what connections of this host the address still has. Best effort.
  func resetConnections(of place: GuardHello.Place)
  /// Keeps what is to be written to the sockets that came with it, in the place of what was kept.
  func keepLastWill(_ bytes: [UInt8])
  /// Writes it. Best effort: who does not hear it waits for the lease's end.
  func speakLastWill()
  /// Closes those sockets.
  func forgetLastWill()
  /// Makes clients of the holder before notice that their connections are over. Best effort.
  func tickle(_ flows: [Flow])
}

/// The kernel refuses; in words for the operator, with what to do.
struct MachineFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// What happened on the host or its segments, unasked.
enum MachineEvent: Hashable, Sendable {
  case carrierLost(interface: String)
  case carrierBack(interface: String)
  /// The interface is gone, and with it gate and address; one of the same name needs a new hello.
  case interfaceGone(String)
  /// Somebody else on this host removed the address.
  case addressRemoved(IPAddress)
  /// A frame says that this hardware address, which is not the interface's own, has the address.
  case claimed(IPAddress, by: HardwareAddress)
}
