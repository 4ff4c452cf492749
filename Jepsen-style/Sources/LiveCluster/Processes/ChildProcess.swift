package import Glibc
internal import Synchronization

/// A program that the harness has started, and that it alone ends.
package final class ChildProcess: Sendable {
  /// How a process ended.
  package enum Ending: Equatable, Sendable {
    case exit(Int32)
    case signal(Int32)
  }

  package let pid: pid_t
  private let ending = Mutex<Ending?>(nil)

  /// Starts `words[0]`, found in PATH, with its outputs appended to `log`.
  ///
  /// - Parameters:
  ///   - group: the process group it joins; its own when 0.
  ///   - variables: set on top of this process's environment, less Quoin's own variables.
  package init(
    _ words: [String], log: String, input: Int32? = nil, group: pid_t = 0,
    variables: [String] = []
  ) throws(LiveFailure) {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    posix_spawnattr_setpgroup(&attributes, group)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    var envp: [UnsafeMutablePointer<CChar>?] = (Self.environment + variables).map { strdup($0) }
    argv.append(nil)
    envp.append(nil)
    defer { for word in argv + envp { free(word) } }
    var pid: pid_t = 0
    let code = DescriptorGate.pass {
      posix_spawnp(&pid, words[0], &actions, &attributes, argv, envp)
    }
    guard code == 0 else {
      throw LiveFailure("cannot run \(words[0]): \(String(cString: strerror(code)))")
    }
    self.pid = pid
  }

  deinit { end() }

  /// Sends a signal, unless it is over.
  package func signal(_ number: Int32) {
    ending.withLock { if $0 == nil { kill(pid, number) } }
  }

  /// How it ended; nil while it runs.
  package func ended() -> Ending? {
    ending.withLock { ending in
      if ending == nil { ending = reap(WNOHANG) }
      return ending
    }
  }

  /// How it ended; nil when it still runs after that time.
  package func ended(within patience: Duration) async -> Ending? {
    let deadline = ContinuousClock.now + patience
    while ended() == nil, ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(10))
    }
    return ended()
  }

  /// Kills it, unless it is over, and waits until it is.
  package func end() {
    ending.withLock { ending in
      guard ending == nil else { return }
      kill(pid, SIGKILL)
      ending = reap(0)
    }
  }

  /// The letter that the kernel gives its state, as in proc(5): `T` is stopped.
  package var kernelState: Character? {
    // The name may hold anything; the state follows its last parenthesis.
    let text = TextFile.read("/proc/\(pid)/stat")
    guard let close = text.lastIndex(of: ")") else { return nil }
    return text[text.index(after: close)...].first { $0 != " " }
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
