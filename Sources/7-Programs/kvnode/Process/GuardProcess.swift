import Determinism
import Glibc

/// The guard, when it is this process that starts it: beside its own program, in a session of its
/// own, so that it outlives kvnode and lets go for it.
enum GuardProcess {
  /// How long a guard may take until it listens.
  private static let patience = 200
  private static let glance = TimeSpan.milliseconds(10)

  /// Starts a guard for `user`, unless one listens there already.
  static func ensure(at socket: String, for user: uid_t) throws(StartFault) {
    if GuardLink.answers(at: socket) { return }
    guard let program = Executable.neighbour("vipguard"), Executable.isThere(program) else {
      throw .unusable(
        "vip.guard",
        reason: "no guard listens at \(socket), and there is no vipguard beside kvnode to start")
    }
    if let slash = socket.lastIndex(of: "/"), slash != socket.startIndex {
      // One that is there already is as good.
      mkdir(String(socket[..<slash]), 0o755)
    }
    let process: pid_t
    do throws(SpawnFault) {
      process = try Spawning.start(
        program, ["--socket", socket, "--uid", "\(user)"], inNewSession: true)
    } catch {
      throw .unusable("vip.guard", reason: error.description)
    }
    for _ in 0..<patience {
      if GuardLink.answers(at: socket) { return }
      guard waitpid(process, nil, WNOHANG) == 0 else {
        throw .unusable("vip.guard", reason: "\(program) has ended; its last words say why")
      }
      Pause.sleep(glance)
    }
    throw .unusable("vip.guard", reason: "\(program) was started and does not listen at \(socket)")
  }
}
