internal import ArgumentParser
import Glibc
internal import LiveCluster

/// `faultlab probe`: the open-loop prober by itself, until it is ended.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Writes to an address every 5 ms, each time over a new connection.",
    discussion: """
      A line for each write: its number, when it was due and when it was over in nanoseconds of \
      CLOCK_BOOTTIME, and how it ended: written, refused, broken or silent (1 s).
      """)

  @Argument(help: ArgumentHelp("Where.", valueName: "address:port")) var target: String

  func run() throws {
    let parts = target.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1]),
      var prober = Prober(host: String(parts[0]), port: port)
    else { throw ValidationError("write an IPv4 address and a port, as in 10.77.0.100:7379") }
    while true {
      let lines = Array(prober.turn().map(\.line).joined().utf8)
      guard lines.isEmpty || write(1, lines, lines.count) == lines.count else { return }
    }
  }
}
