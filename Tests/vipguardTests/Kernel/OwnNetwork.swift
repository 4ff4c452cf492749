import Glibc
import LinuxNetwork
import NetworkTypes
import Synchronization

/// A host of one thread with `eth0`, and a neighbour with `peer0` at the other end of its cable.
/// The kernel is real, nothing outside sees it, and it is gone with the thread.
struct OwnNetwork {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  static let isPossible = geteuid() == 0 && access("/proc/self/ns/net", R_OK) == 0

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let home: Int32
  private let neighbour: Int32

  /// Runs `body` on a thread that is such a host.
  static func run<Value: Sendable>(
    _ body: @escaping @Sendable (OwnNetwork) throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let work = Work {
        let origin = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        let result = Result {
          let network = try OwnNetwork()
          defer {
            close(network.home)
            close(network.neighbour)
          }
          return try body(network)
        }
        // Who is woken from here may get a thread of its own, which begins where this one is.
        try? Self.enter(origin)
        close(origin)
        continuation.resume(with: result)
      }
      var thread = pthread_t()
      pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
          return nil
        }, Unmanaged.passRetained(work).toOpaque())
      pthread_detach(thread)
    }
  }

  private init() throws {
    neighbour = try Self.makeNamespace()
    home = try Self.makeNamespace()
    let place = "/proc/\(getpid())/fd/\(neighbour)"
    try Self.ip("link add eth0 type veth peer name peer0 netns \(place)")
    for name in ["lo", "eth0"] { try Self.ip("link set \(name) up") }
    try outside { try Self.ip("link set peer0 up") }
    guard try Self.wait(upTo: 3000, for: { try NetworkInterface.named("eth0").hasCarrier }) else {
      throw Failure(description: "the cable does not come up")
    }
  }

  /// Runs `body` as the neighbour. What is opened there stays there.
  func outside<Value>(_ body: () throws -> Value) throws -> Value {
    try Self.enter(neighbour)
    let result = Result(catching: body)
    try Self.enter(home)
    return try result.get()
  }

  // unshare(2) and setns(2) are GNU extensions that Glibc's module does not show.
  private static let network: Int32 = 0x4000_0000  // linux/sched.h CLONE_NEWNET

  private static func makeNamespace() throws -> Int32 {
    typealias Unshare = @convention(c) (Int32) -> Int32
    guard let unshare = dlsym(nil, "unshare").map({ unsafeBitCast($0, to: Unshare.self) }),
      unshare(network) == 0
    else { throw Failure(description: "no namespace of its own: \(errno)") }
    return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
  }

  private static func enter(_ namespace: Int32) throws {
    typealias Enter = @convention(c) (Int32, Int32) -> Int32
    guard let setns = dlsym(nil, "setns").map({ unsafeBitCast($0, to: Enter.self) }),
      setns(namespace, network) == 0
    else { throw Failure(description: "cannot enter a namespace: \(errno)") }
  }

  /// Runs ip(8) in the namespace of this thread.
  static func ip(_ command: String) throws {
    let words = (["ip"] + command.split(separator: " ").map(String.init)).map { strdup($0) }
    defer { for word in words { free(word) } }
    var child = pid_t()
    guard posix_spawnp(&child, "ip", nil, nil, words + [nil], environ) == 0 else {
      throw Failure(description: "no ip(8)")
    }
    var status: Int32 = 0
    guard waitpid(child, &status, 0) == child, status == 0 else {
      throw Failure(description: "ip(8) refuses \(command)")
    }
  }

  /// Asks every millisecond until the answer is yes; false when it never was.
  static func wait(upTo milliseconds: Int, for condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<milliseconds {
      if try condition() { return true }
      usleep(1000)
    }
    return try condition()
  }
}
