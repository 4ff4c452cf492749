import KeyValueClient
import Testing

extension Cluster {
  /// What a program said and how it ended.
  struct Run: Sendable {
    let code: Int32
    let output: String
    let errors: String

    /// Standard error is one line and no more.
    var isOneLineOfErrors: Bool {
      errors.hasSuffix("\n") && errors.split(separator: "\n").count == 1
    }
  }

  /// Runs kvctl to its end.
  func kvctl(_ arguments: [String]) async throws -> Run {
    try await run(try #require(Programs.found).kvctl, arguments)
  }

  /// Runs kvctl against this cluster to its end.
  func ctl(_ arguments: String...) async throws -> Run { try await kvctl(arguments + connection) }

  /// Where kvctl finds this cluster.
  var connection: [String] {
    ["--endpoints", endpoints.map(\.description).joined(separator: ",")]
  }

  /// Runs kvnode, which is expected to end by itself.
  func kvnode(_ arguments: [String]) async throws -> Run {
    try await run(try #require(Programs.found).kvnode, arguments)
  }

  private func run(_ program: String, _ arguments: [String]) async throws -> Run {
    let started = try begin(program, arguments)
    return try await started.finish()
  }

  /// A program under way.
  struct Started: Sendable {
    let process: ChildProcess
    let files: String

    func finish() async throws -> Run {
      guard case .exit(let code) = try await process.waitUntilEnded(within: .seconds(90)) else {
        throw Overdue(description: "\(files) was killed: \(Folder.text(files + ".err"))")
      }
      return Run(
        code: code, output: Folder.text(files + ".out"), errors: Folder.text(files + ".err"))
    }
  }

  func begin(_ program: String, _ arguments: [String]) throws -> Started {
    let files = "\(folder.path)/run\(nextRun())"
    let process = try ChildProcess(
      program, arguments, output: files + ".out", errors: files + ".err")
    return Started(process: process, files: files)
  }
}
