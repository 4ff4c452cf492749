import CProcess
import Glibc
import LinuxNetwork
import NetworkTypes

/// `vipguard`: holds the virtual IP for a kvnode, and lets it go when that falls silent. Exits 0
/// after a clean stop, 2 when its command line is unusable, 1 when it cannot start or go on; what
/// it held then ends by the kernel's own deadlines.
@main
enum VIPGuard {
  static func main() {
    let flags: Flags
    do throws(SystemFault) {
      flags = try Flags(CommandLine.arguments)
    } catch {
      Voice.end(2, "\(error)")
    }
    do {
      switch flags.task {
      case .help: print(Flags.usage)
      case .clean(let addresses): try clean(addresses)
      case .serve(let socket, let user):
        try serve(at: socket, user: user, by: LinuxMachine(isHonest: !flags.isNegativeControl))
      }
    } catch {
      Voice.end(1, "\(error)")
    }
    Voice.finish()
  }

  private static func serve(
    at path: String, user: uid_t, by machine: LinuxMachine
  ) throws {
    // kvnode that hangs up must cost a write, not the process.
    signal(SIGPIPE, SIG_IGN)
    let signals = process_signals()
    guard signals >= 0 else { throw SystemFault("signalfd", code: -signals) }
    let listener = try PacketSocket.listen(at: path, owner: user)
    defer { unlink(path) }
    try Privileges.keepTwo()
    let loop = GuardLoop(listener, user: user, signals: signals, machine: machine)
    _ = process_notify("READY=1\nSTATUS=waits for kvnode at \(path)")
    try loop.run()
    _ = process_notify("STOPPING=1")
  }

  /// Removes what guards of this host have left of these addresses, or of all.
  private static func clean(_ addresses: [IPAddress]) throws {
    do throws(NetworkFault) {
      for address in addresses.isEmpty ? try Leftovers.addresses() : addresses {
        // Without its gate an address is open: it goes first.
        let hadAddress = try AddressLease.removeLeftovers(of: address)
        let hadGate = try removeGate(of: address)
        if hadAddress || hadGate { say("removed what was left of \(address)") }
      }
    } catch {
      throw SystemFault(sentence: error.sentence)
    }
  }

  private static func removeGate(of address: IPAddress) throws(NetworkFault) -> Bool {
    do throws(NetworkFault) {
      return try Gate.removeLeftovers(of: address)
    } catch {
      // A kernel without nf_tables has no gates.
      if case .unsupported = error { return false }
      throw error
    }
  }
}
