package import BinaryCodec
internal import EntryFormat
internal import RaftTypes

/// What a frame's body is.
package enum FrameKind: UInt8, Sendable, CaseIterable {
  case hello = 1
  case answer = 2
  case raft = 3
  case forward = 4
  case forwardReply = 5
  case statusRequest = 6
  case statusReply = 7
  case pieceRequest = 8
  case pieceReply = 9
  case addressReleased = 10
  case flows = 11
}

/// The bytes around every body.
///
/// ```
/// length u32 | version u8 | kind u8 | zero u16 | crc32c of body u32 | crc32c of header u32 | body
/// ```
/// Little-endian; the length is that of the body; the last checksum is over the 12 bytes before it.
/// The header has its own checksum because a damaged length would otherwise make the
/// receiver wait for bytes that never come, instead of refusing at once. docs/WIRE-FORMAT.md is the
/// reference.
package enum FrameFormat {
  /// Bytes before the body.
  package static let headerSize = 16
  /// The only version so far; the handshake negotiates among `versions`.
  package static let version: UInt8 = 1
  /// The versions that this build can speak.
  package static let versions: ClosedRange<UInt8> = 1...1

  /// Appends one frame whose body `body` writes.
  /// - Precondition: the body is at most `Limits.frameBody` bytes.
  static func write(
    _ kind: FrameKind, to writer: inout ByteWriter, body: (inout ByteWriter) -> Void
  ) {
    let start = writer.count
    writer.write(UInt32(0))
    writer.write(version)
    writer.write(kind.rawValue)
    writer.write(UInt16(0))
    writer.write(UInt64(0))
    body(&writer)
    let length = writer.count - start - headerSize
    precondition(length <= Limits.frameBody, "FrameFormat: a \(kind) body of \(length) bytes")
    writer.patch(UInt32(length), at: start)
    writer.patch(
      checksum(of: start + headerSize..<writer.count, in: writer), at: start + 8)
    writer.patch(checksum(of: start..<start + 12, in: writer), at: start + 12)
  }

  // Through a pointer: a slice of the writer's array would make the next patch copy the whole
  // array.
  private static func checksum(of range: Range<Int>, in writer: ByteWriter) -> UInt32 {
    writer.bytes.withUnsafeBytes { Checksum.crc32c(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}

/// A frame whose checksums held; the body is still to be read.
package struct RawFrame: Equatable, Sendable {
  package let kind: FrameKind
  package let body: Bytes

  package init(kind: FrameKind, body: Bytes) {
    self.kind = kind
    self.body = body
  }
}

extension PeerFrame {
  /// Appends this frame.
  /// - Precondition: `estimatedSize` is at most `Limits.frameBody`; an outbox takes no larger one.
  package func write(to writer: inout ByteWriter) {
    switch self {
    case .raft(let envelope):
      FrameFormat.write(.raft, to: &writer) { MessageFormat.write(envelope, to: &$0) }
    case .forward(let call): Self.write(call, .forward, to: &writer)
    case .forwardReply(let call): Self.write(call, .forwardReply, to: &writer)
    case .statusRequest(let call): Self.write(call, .statusRequest, to: &writer)
    case .statusReply(let call): Self.write(call, .statusReply, to: &writer)
    case .pieceRequest(let request):
      FrameFormat.write(.pieceRequest, to: &writer) { request.write(to: &$0) }
    case .pieceReply(let piece):
      FrameFormat.write(.pieceReply, to: &writer) { piece.write(to: &$0) }
    case .addressReleased(let term):
      FrameFormat.write(.addressReleased, to: &writer) { $0.write(term.number) }
    case .flows(let update): FrameFormat.write(.flows, to: &writer) { update.write(to: &$0) }
    }
  }

  private static func write(_ call: PeerCall, _ kind: FrameKind, to writer: inout ByteWriter) {
    FrameFormat.write(kind, to: &writer) {
      $0.write(call.id)
      $0.write(raw: call.bytes)
    }
  }

  /// The frame in `raw`; its bytes share the buffer of `raw`.
  package init(_ raw: RawFrame) throws(PeerFault) {
    switch raw.kind {
    case .hello, .answer: throw .unexpected(raw.kind)
    case .raft:
      do { self = .raft(try MessageFormat.read(raw.body)) } catch {
        throw .malformed(.raft, error)
      }
    case .forward: self = .forward(try Self.call(raw))
    case .forwardReply: self = .forwardReply(try Self.call(raw))
    case .statusRequest: self = .statusRequest(try Self.call(raw))
    case .statusReply: self = .statusReply(try Self.call(raw))
    case .pieceRequest, .pieceReply: self = try Self.piece(raw)
    case .addressReleased: self = .addressReleased(try Self.term(raw))
    case .flows: self = .flows(try Self.update(raw))
    }
  }

  private static func term(_ raw: RawFrame) throws(PeerFault) -> Term {
    var reader = ByteReader(raw.body)
    do {
      let term = Term(try reader.readUInt64())
      try reader.finish()
      return term
    } catch {
      throw .malformed(raw.kind, error)
    }
  }

  private static func update(_ raw: RawFrame) throws(PeerFault) -> FlowUpdate {
    var reader = ByteReader(raw.body)
    do {
      let update = try FlowUpdate(from: &reader)
      try reader.finish()
      return update
    } catch {
      throw .malformed(raw.kind, error)
    }
  }

  private static func piece(_ raw: RawFrame) throws(PeerFault) -> PeerFrame {
    var reader = ByteReader(raw.body)
    do {
      let frame: PeerFrame =
        raw.kind == .pieceRequest
        ? .pieceRequest(try PieceRequest(from: &reader))
        : .pieceReply(try SnapshotPiece(from: &reader))
      try reader.finish()
      return frame
    } catch {
      throw .malformed(raw.kind, error)
    }
  }

  private static func call(_ raw: RawFrame) throws(PeerFault) -> PeerCall {
    var reader = ByteReader(raw.body)
    do {
      let id = try reader.readUInt64()
      return PeerCall(id: id, bytes: try reader.readRaw(reader.remaining))
    } catch {
      throw .malformed(raw.kind, error)
    }
  }

  /// Bytes that `write` will append; exact except for memberships, which are estimated.
  package var estimatedSize: Int {
    switch self {
    case .forward(let call), .forwardReply(let call), .statusRequest(let call),
      .statusReply(let call):
      return FrameFormat.headerSize + 8 + call.bytes.count
    case .addressReleased: return FrameFormat.headerSize + 8
    case .flows(let update): return FrameFormat.headerSize + update.size
    case .pieceRequest: return FrameFormat.headerSize + PieceRequest.size
    case .pieceReply(let piece):
      return FrameFormat.headerSize + PieceRequest.size + piece.bytes.count
    case .raft(let envelope): return FrameFormat.headerSize + MessageFormat.size(of: envelope)
    }
  }
}
