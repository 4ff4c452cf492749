package import Determinism
import Glibc
package import NetworkTypes

/// The lease in milliseconds, enforced by the kernel: while the gate is shut no packet, ARP
/// question or neighbour solicitation for the address enters by an Ethernet interface, and none
/// from it leaves. What never passes one, like a client on this very host, is not held back. Owned
/// by one thread.
package final class Gate {
  package let address: IPAddress
  package let interface: NetworkInterface
  /// Where the gate stands. Linux answers for any of its addresses on every interface, so it stands
  /// on all Ethernet interfaces that were there when this was made, but for ports of a bridge or a
  /// bond: these belong to whoever is behind them.
  package let guardedInterfaces: [String]
  /// False before kernel 5.16: what this host sends from the address is then not held back.
  package private(set) var guardsEgress: Bool

  private let rules: GateRules
  private let socket: NetlinkSocket
  private var callTimes = CallTimes()
  /// The length of a jiffy, in which timeouts run: CLOCK_MONOTONIC_COARSE is as coarse as that.
  private let tick: TimeSpan
  private let clocks: () -> GateOpening.Reading

  /// Nothing is installed yet.
  package convenience init(
    for address: IPAddress, on interface: NetworkInterface
  ) throws(NetworkFault) {
    let others = try LinkState.all(by: NetlinkSocket(.route))
      .filter { $0.mayAnswer && $0.index != interface.index }
      .compactMap { NetworkInterface.name(of: $0.index) }
    try self.init(
      for: address, on: interface, andOn: Array(others.prefix(Limits.mostInterfaces - 1)),
      clocks: GateOpening.Reading.now)
  }

  /// On these interfaces and no others, with clocks that a test can stop between two looks.
  init(
    for address: IPAddress, on interface: NetworkInterface, andOn others: [String] = [],
    clocks: @escaping () -> GateOpening.Reading
  ) throws(NetworkFault) {
    self.clocks = clocks
    self.address = address
    self.interface = interface
    guardsEgress = false
    guardedInterfaces = [interface.name] + others
    rules = GateRules(address: address, interfaces: guardedInterfaces)
    socket = try NetlinkSocket(.netfilter)
    var resolution = timespec()
    guard clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) == 0 else {
      throw .system("read the length of a jiffy", errno)
    }
    tick = .nanoseconds(UInt64(resolution.tv_nsec))
  }

  /// Installs the gate, shut, in place of whatever an earlier process left of it; in one step, so
  /// that there is no instant without a gate. Call it before the address is added.
  package func install() throws(NetworkFault) {
    do {
      try socket.request(rules.install(withEgress: true).messages, "install the gate")
      guardsEgress = true
    } catch .unsupported {
      // Kernels before 5.16 know no egress hook: EOPNOTSUPP. Any other refusal may pass, and must
      // not cost the gate one of its sides for good.
      try socket.request(rules.install(withEgress: false).messages, "install the gate")
      guardsEgress = false
    }
    // The first opening should already know what a call costs here.
    for _ in 0..<Limits.rehearsals { try shut() }
  }

  /// How much earlier than asked the gate shuts: a timeout may run one jiffy longer than asked and
  /// starts up to one later, and only when the message has reached the kernel.
  package var slop: TimeSpan { tick * 2 + callTimes.allowance }

  /// Opens the gate, or keeps it open, until shortly (`slop`) before `deadline`. False when that is
  /// too close, or could not be kept because the call took too long: the gate is shut then.
  package func open(until deadline: Instant) throws(NetworkFault) -> Bool {
    for _ in 0..<Limits.openAttempts {
      guard let opening = GateOpening(until: deadline, at: clocks(), slop: slop) else { break }
      try send(opening)
      // The timeout began somewhere in the call: at its end at the latest.
      let end = clocks().boot + .milliseconds(opening.timeout) + tick * 2
      if end <= deadline { return true }
    }
    try shut()
    return false
  }

  /// The second half of `open`; a process may freeze before it for any length of time.
  func send(_ opening: GateOpening) throws(NetworkFault) {
    try send(rules.open(opening), "open the gate")
  }

  /// Shuts the gate now. That it is shut already is success.
  package func shut() throws(NetworkFault) {
    try send(rules.shut(), "shut the gate")
  }

  /// Removes the gate; the address must be gone. That there is none is success.
  package func uninstall() throws(NetworkFault) {
    _ = try Self.uninstall(rules, by: socket)
  }

  /// Removes the gate of an earlier process: true when there was one.
  @discardableResult
  package static func removeLeftovers(of address: IPAddress) throws(NetworkFault) -> Bool {
    try uninstall(GateRules(address: address, interfaces: []), by: NetlinkSocket(.netfilter))
  }

  private static func uninstall(
    _ rules: GateRules, by socket: NetlinkSocket
  ) throws(NetworkFault) -> Bool {
    do {
      try socket.request(rules.uninstall().messages, "remove the gate")
      return true
    } catch .refused(_, ENOENT) {
      return false
    }
  }

  private func send(_ batch: TableBatch, _ operation: String) throws(NetworkFault) {
    let start = BootClock.now()
    try socket.request(batch.messages, operation)
    callTimes.record(BootClock.now().since(start))
  }
}
