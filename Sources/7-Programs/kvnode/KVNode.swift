import Glibc
import Logging
import RaftTypes
import ServiceLifecycle
import UnixSignals

/// `kvnode`: one node of a cluster. Exits 0 after a clean stop, 2 when its configuration is
/// unusable, 1 when it cannot start or go on; the last line on standard error says why and what to
/// do.
@main
enum KVNode {
  static func main() async {
    // A peer or client that hangs up must cost a write, not the process.
    signal(SIGPIPE, SIG_IGN)
    if CommandLine.arguments.contains(where: { $0 == "--help" || $0 == "-h" }) {
      say(usage)
      exit(0)
    }
    let configuration: NodeConfiguration
    do throws(ConfigurationFault) {
      configuration = try await NodeConfiguration.load(CommandLine.arguments)
    } catch {
      say("kvnode: \(error)")
      exit(2)
    }
    do {
      try ProcessUser.settle(configuration)
      OpenFiles.raiseLimit()
      try await run(configuration)
    } catch {
      say("kvnode: \(error)")
      exit(1)
    }
  }

  private static func run(_ configuration: NodeConfiguration) async throws {
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    var log = Logger(label: "node \(configuration.id.number)")
    log.logLevel = configuration.logLevel
    let services = ServiceGroup(
      services: [NodeService(configuration: configuration, log: log)],
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: Logger(label: "kvnode") { label in
        var quiet = StreamLogHandler.standardError(label: label)
        quiet.logLevel = .error
        return quiet
      })
    try await services.run()
  }

  private static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    // Nobody is left to tell when standard error itself cannot be written.
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  private static var usage: String {
    let keys = ConfigurationKey.allCases.map { "  \($0.flag) VALUE   (or \($0.variable))" }
    return """
      kvnode: one node of a Quoin cluster

      usage: kvnode --config node.yaml
      Every key of the file is also a flag and an environment variable; flags win, then the
      environment:
      \(keys.joined(separator: "\n"))
      """
  }
}
