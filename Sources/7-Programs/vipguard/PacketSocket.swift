import CProcess
import Glibc

/// One Unix socket that keeps packets apart (SOCK_SEQPACKET, unix(7)), not blocking.
final class PacketSocket {
  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Listens at a path that only `owner` and root may connect to. A socket that a crash left there
  /// is replaced, one that answers is not.
  static func listen(at path: String, owner: uid_t) throws(SystemFault) -> PacketSocket {
    let address = try Self.address(path)
    let probe = try make()
    if address.use({ connect(probe.descriptor, $0, $1) }) == 0 {
      throw SystemFault(sentence: "another vipguard listens at \(path)")
    }
    unlink(path)
    let listener = try make()
    let mask = umask(0o177)
    let bound = address.use { bind(listener.descriptor, $0, $1) }
    umask(mask)
    guard bound == 0 else { throw SystemFault("cannot listen at \(path)") }
    guard chown(path, owner, gid_t.max) == 0 else {
      throw SystemFault("cannot give \(path) to user \(owner)")
    }
    guard Glibc.listen(listener.descriptor, Limits.backlog) == 0 else {
      throw SystemFault("cannot listen at \(path)")
    }
    return listener
  }

  /// Who connected.
  struct Peer {
    let process: pid_t
    let user: uid_t
  }

  /// The next one that connected; nil when there is none.
  func accept() -> (PacketSocket, Peer)? {
    let descriptor = Glibc.accept(self.descriptor, nil, nil)
    guard descriptor >= 0 else { return nil }
    // Who cannot be named has no user's number, and is served by nobody.
    var (process, user) = (pid_t(0), uid_t.max)
    _ = process_peer_of(descriptor, &process, &user)
    return (PacketSocket(descriptor), Peer(process: process, user: user))
  }

  enum Received {
    /// With the sockets that came along.
    case packet(ArraySlice<UInt8>, [PassedSocket])
    case nothing
    case ended
  }

  /// The next packet, into `buffer`; one that is longer than that counts as the end.
  func receive(into buffer: inout [UInt8]) -> Received {
    let room = buffer.count
    var passed = [Int32](repeating: -1, count: Int(process_passed_most))
    var found: Int32 = 0
    let count = process_receive_passed(descriptor, &buffer, room, &passed, &found)
    let sockets = passed.prefix(Int(found)).map { PassedSocket($0) }
    if count > 0, count <= room { return .packet(buffer[..<count], sockets) }
    return count == -Int(EAGAIN) || count == -Int(EINTR) ? .nothing : .ended
  }

  /// Sends one packet whole; false when the other end is gone or takes nothing.
  func send(_ packet: [UInt8]) -> Bool {
    let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
    return Glibc.send(descriptor, packet, packet.count, flags) == packet.count
  }

  private static func make() throws(SystemFault) -> PacketSocket {
    let kind = SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = socket(AF_UNIX, Int32(kind), 0)
    guard descriptor >= 0 else { throw SystemFault("socket(AF_UNIX)") }
    return PacketSocket(descriptor)
  }

  private struct Address {
    var value = sockaddr_un()

    func use(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
      withUnsafePointer(to: value) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
  }

  private static func address(_ path: String) throws(SystemFault) -> Address {
    var address = Address()
    address.value.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let room = MemoryLayout.size(ofValue: address.value.sun_path)
    guard !bytes.isEmpty, bytes.count < room else {
      throw SystemFault(sentence: "\(path): a socket's path has 1 to \(room - 1) bytes")
    }
    withUnsafeMutableBytes(of: &address.value.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }
}
