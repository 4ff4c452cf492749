import Glibc
import LineOutput
import Logging
import RaftTypes
import ServiceLifecycle
import UnixSignals

/// `kvnode`: one node of a cluster. Exits 0 after a clean stop, 2 when its configuration is
/// unusable, 1 when it cannot start or go on; the last line on standard error says why and what to
/// do.
@main
enum KVNode {
  // The event loop logs, and must not wait for whoever reads.
  private static let lines = LineWriter(program: "kvnode")

  static func main() async {
    // A peer or client that hangs up must cost a write, not the process.
    signal(SIGPIPE, SIG_IGN)
    if CommandLine.arguments.contains(where: { $0 == "--help" || $0 == "-h" }) {
      end(0, usage)
    }
    let configuration: NodeConfiguration
    do throws(ConfigurationFault) {
      configuration = try await NodeConfiguration.load(CommandLine.arguments)
    } catch {
      end(2, "kvnode: \(error)")
    }
    do {
      try ProcessUser.settle(configuration)
      OpenFiles.raiseLimit()
      try await run(configuration)
    } catch {
      end(1, "kvnode: \(error)")
    }
    lines.finish()
  }

  private static func run(_ configuration: NodeConfiguration) async throws {
    LoggingSystem.bootstrap { StreamLogHandler(label: $0, stream: lines) }
    var log = Logger(label: "node \(configuration.id.number)")
    log.logLevel = configuration.logLevel
    let services = ServiceGroup(
      services: [NodeService(configuration: configuration, log: log)],
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: Logger(label: "kvnode") { label in
        var quiet = StreamLogHandler(label: label, stream: lines)
        quiet.logLevel = .error
        return quiet
      })
    try await services.run()
  }

  private static func end(_ code: Int32, _ reason: String) -> Never {
    lines.finish(reason)
    exit(code)
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
