import Glibc

/// One run of the operator's program.
struct Hook {
  private let process: pid_t

  init(_ program: String, _ arguments: [String]) throws(SpawnFault) {
    process = try Spawning.start(program, arguments)
  }

  /// Nil while it runs; then whether it exited with 0. Never to be asked again after that.
  func outcome() -> Bool? {
    var status: Int32 = 0
    let found = waitpid(process, &status, WNOHANG)
    if found == 0 { return nil }
    return found == process && status == 0
  }

  /// Ends it and what it started.
  func kill() {
    Glibc.kill(-process, SIGKILL)
    waitpid(process, nil, 0)
  }
}
