package import BinaryCodec
package import RaftTypes

/// Why bytes from a peer were refused. All of them end the connection: after any of these the
/// stream has no trustworthy frame border any more. The dialer comes back by itself.
package enum PeerFault: Error, Equatable, Sendable {
  /// The 16 header bytes do not match their checksum: damage, or something that is no peer.
  case damagedHeader
  /// A frame format that this build does not know; a newer peer must negotiate down.
  case unknownVersion(UInt8)
  /// A kind of frame that this version does not have.
  case unknownKind(UInt8)
  /// The header's reserved bytes are not zero.
  case reservedBits(UInt16)
  /// A body longer than is allowed at this point of the connection. Nothing was allocated for it.
  case oversized(length: Int, limit: Int)
  /// The body does not match its checksum.
  case damagedBody(FrameKind)
  /// A whole, undamaged body that does not say what its kind should: the sender's defect.
  case malformed(FrameKind, DecodingFault)
  /// A frame that has no place here: Raft before the handshake, a second hello.
  case unexpected(FrameKind)
  /// An envelope that names other ends than the connection has.
  case misdirected(from: NodeID, to: NodeID)
}
