internal import EntryFormat

/// Every bound of this module, with its derivation.
package enum Limits {
  /// Longest frame body, in bytes. The longest is an `Append`: a batch of about 1 MiB that ends
  /// with an entry of the largest payload. Twice that payload holds it, with room for membership
  /// entries, whose sizes are estimated when batches are cut.
  package static let frameBody = 2 * EntryFormat.payloadLimit

  /// Longest `host:port`, in bytes: a DNS name has at most 253.
  static let address = 300

  /// Longest body of a handshake frame, in bytes: about 70 and an address are used, the rest is for
  /// later versions. Until a peer is known nobody makes us keep more than this.
  package static let handshakeBody = 1024

  /// No term, index, round, size or span of nanoseconds reaches this (2^62; 2^62 ns are 146 years).
  /// A peer that sends one is damaged; refused here, so that no arithmetic above this module can
  /// overflow.
  package static let number: UInt64 = 1 << 62

  /// Prompt frames an outbox holds. A turn of the loop makes a handful for each peer; a thousand
  /// stand for seconds of a blocked connection, and older ones are worthless by then. Each is below
  /// 200 bytes.
  package static let promptFrames = 1024

  /// Bytes of bulk Raft frames an outbox holds: the largest frame must fit into an empty outbox.
  package static let bulkBytes = FrameFormat.headerSize + frameBody

  /// Connections in one update of flows: as many as one message to a guard may name. At 8 bytes
  /// each for IPv4, and 20 for IPv6, an update costs a network of 1 Gbit/s at most 0.2 ms.
  package static let flows = 1024

  /// Connections of an address that are shared and remembered, in bytes about 1.5 MiB: four times
  /// what a node serves at once unless it is told otherwise. Clients beyond them learn of a move by
  /// their own time limits.
  package static let flowsKept = 16 * flows

  /// Bytes and number of calls (forwards, status and their replies) an outbox holds: the largest
  /// frame must fit into an empty outbox; the number is several times the clients a node serves at
  /// once.
  package static let callBytes = FrameFormat.headerSize + frameBody
  package static let callFrames = 16_384
}
