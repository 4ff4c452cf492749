import Glibc

/// A descriptor that another process handed over; closed with its owner.
final class PassedSocket {
  let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }
}

/// What a node wants its peers to hear when it can speak no more. The guard does not know what it
/// says, nor who they are.
struct LastWill {
  private let bytes: [UInt8]
  private let sockets: [PassedSocket]

  init(_ bytes: [UInt8], to sockets: [PassedSocket]) {
    self.bytes = bytes
    self.sockets = sockets
  }

  /// Writes it to every peer that takes it at once; nobody is waited for.
  func speak() {
    for socket in sockets {
      _ = send(socket.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }
  }
}
