import Glibc
import KeyValueClient
import Synchronization

/// A program that a test has started, and ends at the latest with the test.
final class ChildProcess: Sendable {
  enum Ending: Equatable, Sendable {
    case exit(Int32)
    case signal(Int32)
  }

  struct Unstarted: Error {
    let program: String
    let code: Int32
  }

  let pid: pid_t
  private let ending = Mutex<Ending?>(nil)

  /// Starts `program` with its standard output and error in files. Of the environment it gets
  /// everything but Quoin's own variables.
  init(_ program: String, _ arguments: [String], output: String, errors: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    let flags = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o644)
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    var variables: [UnsafeMutablePointer<CChar>?] = Self.environment.map { strdup($0) }
    words.append(nil)
    variables.append(nil)
    defer { for word in words + variables { free(word) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, program, &actions, nil, words, variables)
    guard code == 0 else { throw Unstarted(program: program, code: code) }
    self.pid = pid
  }

  deinit { end() }

  func signal(_ number: Int32) {
    ending.withLock { if $0 == nil { kill(pid, number) } }
  }

  /// How it ended; nil while it runs.
  func ended() -> Ending? {
    ending.withLock { ending in
      if ending == nil { ending = reap(WNOHANG) }
      return ending
    }
  }

  /// Kills it, unless it is over, and waits until it is.
  func end() {
    ending.withLock { ending in
      guard ending == nil else { return }
      kill(pid, SIGKILL)
      ending = reap(0)
    }
  }

  func waitUntilEnded(within patience: Duration = .seconds(30)) async throws -> Ending {
    try await eventually("process \(pid) ends", within: patience) { ended() }
  }

  private func reap(_ options: Int32) -> Ending? {
    var status: Int32 = 0
    var result = waitpid(pid, &status, options)
    while result < 0, errno == EINTR { result = waitpid(pid, &status, options) }
    guard result == pid else { return nil }
    let signal = status & 0x7f
    return signal == 0 ? .exit(status >> 8 & 0xff) : .signal(signal)
  }

  private static var environment: [String] {
    var variables: [String] = []
    var next = environ
    while let variable = next.pointee {
      let text = String(cString: variable)
      if !text.hasPrefix("QUOIN_") { variables.append(text) }
      next += 1
    }
    return variables
  }
}

/// What did not come in time.
struct Overdue: Error, CustomStringConvertible {
  let description: String
}

/// Looks again and again until there is something to see; throws `Overdue` when the time is up.
func eventually<Sight>(
  _ what: String, within patience: Duration = .seconds(40),
  _ look: () async throws -> Sight?
) async throws -> Sight {
  let end = ContinuousClock.now + patience
  while true {
    if let sight = try await look() { return sight }
    guard ContinuousClock.now < end else {
      throw Overdue(description: "waited \(patience) in vain until \(what)")
    }
    try await Task.sleep(for: .milliseconds(20))
  }
}
