internal import BinaryCodec
internal import ClientProtocol
internal import JSONText

/// Where a page ended: the next one reads the same revision, behind the last key. The first page
/// has counted the range, and cursors carry the number along. Clients hand them back as they got
/// them.
struct Cursor: Equatable {
  let revision: Revision
  let count: UInt64
  let lastKey: Bytes

  private static let version: UInt8 = 2
  private static let headBytes = 17

  /// Base64 with the alphabet for addresses, unpadded (RFC 4648, section 5): needs no
  /// percent-encoding.
  var text: [UInt8] {
    var writer = ByteWriter(capacity: Self.headBytes + lastKey.count)
    writer.write(Self.version)
    writer.write(revision.number)
    writer.write(count)
    writer.write(raw: lastKey)
    var text: [UInt8] = []
    for letter in Base64.encoded(writer.bytes[...]) {
      switch letter {
      case UInt8(ascii: "+"): text.append(UInt8(ascii: "-"))
      case UInt8(ascii: "/"): text.append(UInt8(ascii: "_"))
      case UInt8(ascii: "="): break
      default: text.append(letter)
      }
    }
    return text
  }

  init(revision: Revision, count: UInt64, lastKey: Bytes) {
    self.revision = revision
    self.count = count
    self.lastKey = lastKey
  }

  init(text: Bytes) throws(ClientError) {
    var padded = text.map { letter -> UInt8 in
      switch letter {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: letter
      }
    }
    while padded.count % 4 != 0 { padded.append(UInt8(ascii: "=")) }
    guard let bytes = Base64.decode(padded[...]), bytes.count > Self.headBytes,
      bytes[0] == Self.version
    else {
      throw .badRequest("the cursor is not one that a page ended with")
    }
    revision = Revision(Self.number(bytes[1..<9]))
    count = Self.number(bytes[9..<17])
    lastKey = bytes[Self.headBytes...]
  }

  private static func number(_ bytes: Bytes) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
