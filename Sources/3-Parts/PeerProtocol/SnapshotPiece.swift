package import BinaryCodec
package import RaftTypes

/// "What does your snapshot of this position have from this byte on?" Snapshots of one position are
/// equal on all nodes, so a damaged one is mended with pieces of the others.
package struct PieceRequest: Hashable, Sendable {
  package let position: LogPosition
  /// From the beginning of the file.
  package let offset: UInt64

  package init(position: LogPosition, offset: UInt64) {
    self.position = position
    self.offset = offset
  }
}

/// The answer: the bytes as they stand there, unchecked; the asker checks them. Empty when there is
/// no such file, or it ends before.
package struct SnapshotPiece: Hashable, Sendable {
  package let position: LogPosition
  package let offset: UInt64
  package let bytes: Bytes

  package init(position: LogPosition, offset: UInt64, bytes: Bytes) {
    self.position = position
    self.offset = offset
    self.bytes = bytes
  }
}

extension PieceRequest {
  /// Bytes of the encoded form.
  static let size = 24

  func write(to writer: inout ByteWriter) {
    MembershipFormat.write(position, to: &writer)
    writer.write(offset)
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    position = try MembershipFormat.readPosition(from: &reader)
    offset = try reader.readUInt64()
    for number in [position.term.number, position.index.number, offset]
    where number >= Limits.number {
      throw .unknown("number", value: number)
    }
  }
}

extension SnapshotPiece {
  func write(to writer: inout ByteWriter) {
    PieceRequest(position: position, offset: offset).write(to: &writer)
    writer.write(raw: bytes)
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let head = try PieceRequest(from: &reader)
    position = head.position
    offset = head.offset
    bytes = try reader.readRaw(reader.remaining)
  }
}
