package import BinaryCodec

/// Cuts a stream of bytes into frames, whatever pieces they arrive in.
///
/// Every byte is copied once, from the piece into a block that all frames of the piece share, and
/// the bytes of a frame that was not whole yet once more. Never holds more than one unfinished
/// frame and one piece. After a fault the stream has no frame borders: every later call repeats it.
package struct FrameDecoder: Sendable {
  /// Longest body accepted from now on, in bytes; small until the handshake is over.
  package var limit: Int
  private var pending: [UInt8] = []
  private var position = 0
  private var fault: PeerFault?

  package init(limit: Int) { self.limit = limit }

  /// Bytes fed and not yet given out as frames.
  package var pendingBytes: Int { pending.count - position }

  /// Takes the next piece of the stream.
  package mutating func feed(_ piece: UnsafeRawBufferPointer) {
    guard fault == nil else { return }
    if position == pending.count {
      // Frames may still share the old block; a new one of exactly this size pins no more than they
      // need.
      pending = [UInt8](piece)
      position = 0
      return
    }
    if position > 0 || pending.capacity < pending.count + piece.count {
      var block: [UInt8] = []
      block.reserveCapacity(max(pendingBytes + piece.count, announcedSize))
      block.append(contentsOf: pending[position...])
      pending = block
      position = 0
    }
    pending.append(contentsOf: piece)
  }

  /// Takes the next piece of the stream.
  package mutating func feed(_ piece: Bytes) { piece.withUnsafeBytes { feed($0) } }

  /// The next whole frame, nil when more bytes are needed.
  package mutating func next() throws(PeerFault) -> RawFrame? {
    if let fault { throw fault }
    do throws(PeerFault) { return try cut() } catch {
      fault = error
      pending = []
      position = 0
      throw error
    }
  }

  private mutating func cut() throws(PeerFault) -> RawFrame? {
    guard pendingBytes >= FrameFormat.headerSize else { return nil }
    let (header, kind) = try readHeader()
    let start = position + FrameFormat.headerSize
    guard pending.count - start >= header.length else { return nil }
    let body = pending[start..<start + header.length]
    guard Checksum.crc32c(body) == header.bodyChecksum else { throw .damagedBody(kind) }
    position = body.endIndex
    return RawFrame(kind: kind, body: body)
  }

  private struct Header {
    let length: Int
    let version: UInt8
    let kind: UInt8
    let reserved: UInt16
    let bodyChecksum: UInt32
    let checksum: UInt32

    init(_ bytes: Bytes) throws(DecodingFault) {
      var reader = ByteReader(bytes)
      length = Int(try reader.readUInt32())
      version = try reader.readUInt8()
      kind = try reader.readUInt8()
      reserved = try reader.readUInt16()
      bodyChecksum = try reader.readUInt32()
      checksum = try reader.readUInt32()
    }
  }

  // The checksum comes first: when it fails, no other field means anything.
  private func readHeader() throws(PeerFault) -> (Header, FrameKind) {
    let bytes = pending[position..<position + FrameFormat.headerSize]
    guard let header = try? Header(bytes), header.checksum == Checksum.crc32c(bytes.prefix(12))
    else { throw .damagedHeader }
    guard header.version == FrameFormat.version else { throw .unknownVersion(header.version) }
    guard let kind = FrameKind(rawValue: header.kind) else { throw .unknownKind(header.kind) }
    guard header.reserved == 0 else { throw .reservedBits(header.reserved) }
    guard header.length <= limit else { throw .oversized(length: header.length, limit: limit) }
    return (header, kind)
  }

  // Size of the unfinished frame when its header is there and acceptable, so that its block is made
  // once.
  private var announcedSize: Int {
    guard pendingBytes >= FrameFormat.headerSize, let (header, _) = try? readHeader() else {
      return 0
    }
    return FrameFormat.headerSize + header.length
  }
}
