import Glibc

/// Network namespaces (network_namespaces(7)). Glibc's module does not show setns(2) and
/// unshare(2), which are GNU extensions, but the library has them.
enum Namespace {
  private typealias Unshare = @convention(c) (Int32) -> Int32
  private typealias Enter = @convention(c) (Int32, Int32) -> Int32

  private static let network: Int32 = 0x4000_0000  // linux/sched.h CLONE_NEWNET

  /// Moves the calling thread into a namespace of its own, and returns a descriptor of that.
  static func makeOwn() throws -> Int32 {
    guard let unshare = dlsym(nil, "unshare").map({ unsafeBitCast($0, to: Unshare.self) }),
      unshare(network) == 0
    else { throw Lab.Failure(description: "no namespace of its own: \(errno)") }
    return try current()
  }

  /// Runs `body`, then brings the calling thread back to where it was: who is woken from here may
  /// get a thread of its own, which begins in the namespace of this one.
  static func returning<Result>(_ body: () throws -> Result) throws -> Result {
    let home = try current()
    defer { close(home) }
    let result = Swift.Result(catching: body)
    try enter(home)
    return try result.get()
  }

  /// A descriptor of the one that the calling thread is in.
  static func current() throws -> Int32 {
    let descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Lab.Failure(description: "no namespace: \(errno)") }
    return descriptor
  }

  /// Moves the calling thread there.
  static func enter(_ descriptor: Int32) throws {
    guard let setns = dlsym(nil, "setns").map({ unsafeBitCast($0, to: Enter.self) }),
      setns(descriptor, network) == 0
    else { throw Lab.Failure(description: "cannot enter a namespace: \(errno)") }
  }
}
