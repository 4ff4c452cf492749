import CProcess
import Glibc
import LinuxNetwork

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
      say("\(error)")
      exit(2)
    }
    do {
      switch flags.task {
      case .help: print(Flags.usage)
      case .clean: try clean()
      case .serve(let socket, let user):
        try serve(at: socket, user: user, by: LinuxMachine(isHonest: !flags.isNegativeControl))
      }
    } catch {
      say("\(error)")
      exit(1)
    }
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
    try clean()
    let manager = ServiceManager()
    let loop = GuardLoop(listener, user: user, signals: signals, manager: manager, machine: machine)
    manager.tell("READY=1\nSTATUS=waits for kvnode at \(path)")
    try loop.run()
    manager.tell("STOPPING=1")
  }

  private static func clean() throws {}
}
