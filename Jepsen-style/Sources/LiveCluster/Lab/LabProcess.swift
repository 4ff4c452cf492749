package import Glibc

/// A program of the lab that outlives whoever started it, and its pid file.
package struct LabProcess: Sendable {
  /// As it is installed: `kvnode`, `vipguard`.
  package let name: String
  private let folder: String

  package init(_ name: String, in folder: String) {
    self.name = name
    self.folder = folder
  }

  var pidFile: String { "\(folder)/\(name).pid" }
  package var log: String { "\(folder)/\(name).log" }

  /// The process of the pid file, if it still is that program: a pid may have a new owner.
  package var pid: pid_t? {
    guard let pid = pid_t(TextFile.read(pidFile).prefix { $0.isNumber }), pid > 0 else {
      return nil
    }
    let words = TextFile.read("/proc/\(pid)/cmdline").split(separator: "\0")
    return words.first?.hasSuffix("/\(name)") == true ? pid : nil
  }

  /// Its state as proc(5) has it: `T` is stopped; nil when it is gone.
  package var kernelState: Character? {
    guard let pid else { return nil }
    let text = TextFile.read("/proc/\(pid)/stat")
    guard let close = text.lastIndex(of: ")") else { return nil }
    let state = text[text.index(after: close)...].first { $0 != " " }
    return state == "Z" ? nil : state
  }

  package var isRunning: Bool { kernelState != nil }

  /// Starts `words`, which end in the program, in a session of its own; returns once it runs.
  func start(_ words: [String]) throws(LiveFailure) {
    guard !isRunning else { return }
    unlink(pidFile)
    // The shell writes its own pid, and then becomes the program.
    let script = #"echo $$ >"$0.pid"; exec "$@" </dev/null >>"$0.log" 2>&1"#
    _ = try Command.run(["setsid", "--fork", "sh", "-c", script, "\(folder)/\(name)"] + words)
    guard Patience.wait(2000, until: { isRunning }) else {
      throw LiveFailure("\(name) did not start: \(TextFile.read(log).suffix(500))")
    }
  }

  package func signal(_ number: Int32) { if let pid { Glibc.kill(pid, number) } }

  /// SIGTERM, then SIGKILL for what is there after 5 s.
  package func stop() {
    signal(SIGCONT)
    signal(SIGTERM)
    guard !Patience.wait(5000, until: { !isRunning }) else { return }
    kill()
  }

  /// kill -9, and until it is gone.
  package func kill() {
    signal(SIGKILL)
    Patience.wait(5000) { !isRunning }
  }
}
