internal import Glibc
internal import SystemPackage

/// A process that was started here, in a session of its own: a Ctrl-C at the terminal does not
/// reach it, and it outlives us unless we end it.
struct ChildProcess {
  let pid: pid_t

  /// Runs `program` with `arguments`; both its outputs are appended to `log`.
  init(_ program: String, _ arguments: [String], log: String) throws(CommandFailure) {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // We ignore SIGPIPE, and exec would hand that on.
    var ignored = sigset_t()
    sigemptyset(&ignored)
    sigaddset(&ignored, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &ignored)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(Self.newSession))

    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, program, &actions, &attributes, words, environ)
    guard code == 0 else {
      throw CommandFailure("cannot run \(program): \(Errno(rawValue: code))")
    }
    self.pid = pid
  }

  /// POSIX_SPAWN_SETSID of spawn.h, which glibc shows only to GNU sources.
  private static let newSession: Int32 = 0x80

  /// How it ended; nil while it runs.
  func ending() -> String? {
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    let signal = status & 0x7f
    return signal == 0 ? "exit status \(status >> 8 & 0xff)" : "signal \(signal)"
  }

  /// The program called `name` beside this one, else the first in PATH.
  static func find(_ name: String) throws(CommandFailure) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    var folders: [String] = []
    if length > 0 {
      let own = FilePath(String(decoding: buffer[..<length], as: UTF8.self))
      folders.append(own.removingLastComponent().string)
    }
    if let path = getenv("PATH") {
      folders += String(cString: path).split(separator: ":").map(String.init)
    }
    for folder in folders where access("\(folder)/\(name)", X_OK) == 0 {
      return "\(folder)/\(name)"
    }
    throw CommandFailure("\(name) is neither beside kvctl nor in PATH: name it with --\(name)")
  }
}
