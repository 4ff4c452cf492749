import Glibc

/// Who this process is, and becomes: root only as long as it takes to start the guard.
enum ProcessUser {
  /// Starts the guard if there is none, becomes `node.user`, and starts this program over as that;
  /// returns when there is nothing to become. To be called before anything is opened.
  static func settle(_ configuration: NodeConfiguration) throws(StartFault) {
    guard let name = configuration.user else { return }
    let (user, group) = try find(name)
    guard geteuid() == 0 else {
      if geteuid() == user { return }
      throw .unusable(
        "node.user", reason: "only root can become \(name); this process runs as user \(geteuid())")
    }
    if case .interface(_, _, let socket) = configuration.virtualAddress {
      try GuardProcess.ensure(at: socket, for: user)
    }
    guard initgroups(name, group) == 0, setgid(group) == 0, setuid(user) == 0 else {
      throw .unusable(
        "node.user", reason: "cannot become \(name): \(String(cString: strerror(errno)))")
    }
    // Every way back must be shut: capabilities(7), with setuid(2) leaving all three ids.
    if user != 0, setuid(0) == 0 {
      throw .unusable("node.user", reason: "this process became \(name) and could return to root")
    }
    if user != 0 { try startOver() }
  }

  /// The thread that the process began with is over by now, in a runtime of this kind, and would
  /// show root's number and capabilities for ever: exec(2) makes a process of this thread alone.
  private static func startOver() throws(StartFault) {
    let words = CommandLine.arguments.map { strdup($0) } + [nil]
    // By its path, so that it keeps its name in ps(1).
    if let path = Executable.own { execv(path, words) }
    throw .unusable(
      "node.user", reason: "cannot start over: \(String(cString: strerror(errno)))")
  }

  private static func find(_ name: String) throws(StartFault) -> (uid_t, gid_t) {
    guard let entry = getpwnam(name)?.pointee else {
      throw .unusable("node.user", reason: "no user is called \(name): see getent passwd")
    }
    return (entry.pw_uid, entry.pw_gid)
  }
}
