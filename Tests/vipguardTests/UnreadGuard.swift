import Glibc
import GuardProtocol
import Testing

/// The program itself, whose standard error is a pipe that is full and that nobody reads.
final class UnreadGuard {
  /// Nil where it cannot run.
  static let program: String? = {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    guard geteuid() == 0, length > 0 else { return nil }
    let folder = String(decoding: buffer[..<length], as: UTF8.self).split(separator: "/").dropLast()
    let path = "/" + folder.joined(separator: "/") + "/vipguard"
    return access(path, X_OK) == 0 ? path : nil
  }()

  private let pid: pid_t
  private let place: String
  private let pipe: Int32

  init() throws {
    var template = Array("/tmp/quoin-guard-XXXXXX".utf8CString)
    place = try String(cString: #require(mkdtemp(&template)))
    try #require(mkfifo("\(place)/errors", 0o600) == 0)
    pipe = open("\(place)/errors", O_RDWR | O_NONBLOCK | O_CLOEXEC)
    let filling = [UInt8](repeating: UInt8(ascii: "-"), count: 4096)
    while write(pipe, filling, filling.count) > 0 {}
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 2, "\(place)/errors", O_WRONLY, 0)
    let program = try #require(Self.program)
    let arguments: [String] = [program, "--socket", "\(place)/socket"]
    let words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid = pid_t()
    let code = posix_spawn(&pid, program, &actions, nil, words, environ)
    try #require(code == 0)
    self.pid = pid
  }

  deinit {
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
    close(pipe)
    for name in ["errors", "socket"] { unlink("\(place)/\(name)") }
    rmdir(place)
  }

  /// Sends one packet on a connection of its own, and returns the answer.
  func ask(_ packet: [UInt8]) throws -> GuardReply {
    let client = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0)
    defer { close(client) }
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(
      client, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(place)/socket".utf8) }
    let isConnected = OwnNetwork.wait(upTo: 10_000) {
      withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(client, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
      }
    }
    try #require(isConnected, "no guard at \(place)")
    try #require(send(client, packet, packet.count, 0) == packet.count)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(client, &buffer, buffer.count, 0)
    try #require(count > 0, "the guard does not answer")
    return try GuardReply(packet: buffer[..<count])
  }
}
