internal import NIOCore
internal import PeerProtocol

/// Every bound of this module, with its derivation.
enum Limits {
  /// Bytes of frames encoded into one write. An append batch is about 1 MiB; larger writes would
  /// only make a heartbeat wait longer behind what NIO already holds.
  static let writeBatch = 1 << 20

  /// Above this NIO calls a connection not writable, and frames stay in the outbox, where prompt
  /// ones overtake bulk ones. One batch, so that there is always one in the kernel's hands and one
  /// ready.
  static let writeBufferHigh = 1 << 20
  static let writeBufferLow = 256 << 10

  /// Connections that were accepted and have not shown a hello yet: enough for every member to come
  /// back at once, few enough that strangers cannot take all descriptors.
  static let strangers = 64

  /// Accepted connections in all: three for each of 256 members, and as many again while newer
  /// ones replace them.
  static let incoming = 1536

  /// Nodes outside the own membership that are dialed back or remembered as refused: as many as a
  /// cluster has members, so that no stranger makes this node keep more.
  static let guests = 256

  /// Largest read: four of them are one append batch.
  static let readBuffer = 256 << 10

  /// Bytes an outbox lets out are at most this, encoded (`PeerProtocol.Limits.frameBody` for one
  /// frame).
  static let frameBody = PeerProtocol.Limits.frameBody
  static let handshakeBody = PeerProtocol.Limits.handshakeBody

  /// Addresses kept of one name.
  static let addresses = 16
}
