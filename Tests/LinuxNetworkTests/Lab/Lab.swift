import Determinism
import Glibc
import LinuxNetwork
import NetworkTypes

/// A segment of a few hosts that live in network namespaces of this process: the kernel is real,
/// nothing outside sees it, and it is gone with the last descriptor, even after a crash.
///
/// Every host is 10.77.0.N and fd77::N on its `eth0`, and all hang on one bridge.
final class Lab {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The descriptors of the namespaces; the last is the bridge's.
  private let namespaces: [Int32]
  let hosts: [Host]

  static let isPossible = geteuid() == 0 && access("/proc/self/ns/net", R_OK) == 0

  /// False when the kernel has no nf_tables, or not its netdev family.
  static func hasTables() async throws -> Bool {
    do {
      return try await run(hosts: 1) { lab in
        try lab.hosts[0].inside {
          guard let address = IPAddress("10.77.0.100") else { return false }
          try Gate(for: address, on: .named("eth0")).install()
          return true
        }
      }
    } catch NetworkFault.unsupported {
      return false
    }
  }

  private init(hostCount: Int) throws {
    var namespaces: [Int32] = []
    for _ in 0...hostCount {
      namespaces.append(try Namespace.makeOwn())
    }
    self.namespaces = namespaces
    hosts = (0..<hostCount).map { Host(number: $0 + 1, namespace: namespaces[$0]) }
    // The thread is in the last namespace: the bridge's.
    var commands = ["link add br0 type bridge mcast_snooping 0", "link set br0 up"]
    for host in hosts {
      let place = "/proc/\(getpid())/fd/\(host.namespace)"
      commands.append("link add port\(host.number) type veth peer name eth0 netns \(place)")
      commands.append("link set port\(host.number) master br0 up")
    }
    try Self.ip(commands)
    for host in hosts {
      try host.inside {
        _ = try Self.ip([
          "link set lo up", "link set eth0 up",
          "address add 10.77.0.\(host.number)/24 dev eth0",
          "address add fd77::\(host.number)/64 dev eth0 nodad",
        ])
      }
    }
    // Links come up and routes come alive some time after the command returned.
    for (one, other) in zip(hosts, hosts.dropFirst()) {
      for address in other.addresses {
        let isReachable = try Self.wait(upTo: 3000) { try one.reaches(address) }
        guard isReachable != nil else { throw Failure(description: "\(address) is not reachable") }
      }
    }
  }

  deinit {
    for namespace in namespaces { close(namespace) }
  }

  /// Runs `body` with a segment of `hosts` on a thread of its own, which may enter namespaces
  /// without leading anybody else's work into them.
  static func run<Result: Sendable>(
    hosts: Int, _ body: @escaping @Sendable (Lab) throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      OwnThread.start {
        let result = Swift.Result {
          try Namespace.returning { try body(Lab(hostCount: hosts)) }
        }
        continuation.resume(with: result)
      }
    }
  }

  /// Pulls the host's cable, or puts it back: the host itself still has its interface switched on.
  func unplug(_ host: Host) throws { try bridge(["link set port\(host.number) down"]) }
  func plug(_ host: Host) throws { try bridge(["link set port\(host.number) up"]) }

  /// Gives the host another interface on the same segment.
  func addInterface(_ name: String, to host: Host) throws {
    let place = "/proc/\(getpid())/fd/\(host.namespace)"
    try bridge([
      "link add second\(host.number) type veth peer name \(name) netns \(place)",
      "link set second\(host.number) master br0 up",
    ])
    try host.ip("link set \(name) up")
  }

  private func bridge(_ commands: [String]) throws {
    try Host(number: 0, namespace: namespaces[hosts.count]).ip(commands)
  }

  /// Runs ip(8) with these lines in the namespace of the calling thread; tests may, the product
  /// must not. Returns what it wrote, if asked.
  @discardableResult
  static func ip(_ commands: [String], reading: Bool = false) throws -> String {
    let input = try Pipe(commands.joined(separator: "\n") + "\n")
    let output = try Pipe("")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.readEnd, 0)
    if reading { posix_spawn_file_actions_adddup2(&actions, output.writeEnd, 1) }
    var child: pid_t = 0
    let words: [UnsafeMutablePointer<CChar>?] =
      (["ip", "-batch", "-"] as [String]).map { strdup($0) }
    defer { for word in words { free(word) } }
    let code = posix_spawnp(&child, "ip", &actions, nil, words + [nil], nil)
    guard code == 0 else { throw Failure(description: "no ip(8): \(code)") }
    var status: Int32 = 0
    guard waitpid(child, &status, 0) == child, status == 0 else {
      throw Failure(description: "ip(8) refused one of \(commands)")
    }
    return output.contents()
  }

  /// What a body cannot go on without. On a thread of its own `#require` would not know its test.
  static func need<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Failure(description: "there is no \(Value.self)") }
    return value
  }

  /// Asks until the answer is yes; the time that took, or nil when `milliseconds` were over.
  static func wait(
    upTo milliseconds: UInt64, for condition: () throws -> Bool
  ) rethrows -> UInt64? {
    let start = BootClock.now()
    while true {
      if try condition() { return BootClock.now().since(start).milliseconds }
      if BootClock.now().since(start).milliseconds >= milliseconds { return nil }
      usleep(2000)
    }
  }
}
