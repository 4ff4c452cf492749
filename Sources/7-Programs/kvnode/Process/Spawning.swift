import Glibc

/// Why a program could not be started.
struct SpawnFault: Error, CustomStringConvertible {
  let description: String
}

/// Starting other programs (posix_spawn(3)).
enum Spawning {
  /// Starts it with the usual signals; its output goes where this process's goes.
  ///
  /// - Parameter inNewSession: else it gets a process group of its own, to be killed as a whole.
  static func start(
    _ program: String, _ arguments: [String], inNewSession: Bool = false
  ) throws(SpawnFault) -> pid_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var usual = sigset_t()
    sigemptyset(&usual)
    sigaddset(&usual, SIGPIPE)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    let belonging = inNewSession ? setSession : Int32(POSIX_SPAWN_SETPGROUP)
    let flags = belonging | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process = pid_t()
    let code = posix_spawn(&process, program, nil, &attributes, &words, environ)
    guard code == 0 else {
      throw SpawnFault(
        description: "\(program) cannot be started: \(String(cString: strerror(code)))")
    }
    return process
  }

  /// POSIX_SPAWN_SETSID of spawn.h, which glibc shows only to those who ask for GNU's additions.
  private static let setSession: Int32 = 0x80
}
