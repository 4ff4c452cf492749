internal import ArgumentParser
import Glibc
internal import LiveCluster

/// `faultlab clients`: clients that stay connected, until each has learned that it is over.
struct ClientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clients",
    abstract: "Keeps connections open and tells when each one ends.",
    discussion: """
      The line "connected" when all are. Then a line for each that ended: idle or writing, when it \
      learned that in nanoseconds of CLOCK_BOOTTIME, and whether by a reset or a goodbye.
      """)

  @Argument(help: ArgumentHelp("Where.", valueName: "address:port")) var target: String
  @Option(help: "Clients that wait in silence.") var idle = 1000
  @Option(help: "Clients that write every 5 ms.") var writing = 0

  func run() throws {
    let parts = target.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1]), idle >= 0, writing >= 0 else {
      throw ValidationError("write an IPv4 address and a port, as in 10.77.0.100:7379")
    }
    var clients = try OpenClients(
      host: String(parts[0]), port: port, idle: idle, writing: writing)
    tell("connected\n")
    while !clients.isOver { tell(clients.turn().map(\.line).joined()) }
  }

  private func tell(_ text: String) {
    let bytes = Array(text.utf8)
    if !bytes.isEmpty { _ = write(1, bytes, bytes.count) }
  }
}
