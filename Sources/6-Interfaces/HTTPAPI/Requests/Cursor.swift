internal import BinaryCodec
internal import ClientProtocol
internal import JSONText

/// Where a page ended: the next one reads the same revision, behind the last key. Clients hand it
/// back as they got it.
struct Cursor: Equatable {
  let revision: Revision
  let lastKey: Bytes

  private static let version: UInt8 = 1

  /// Base64 with the alphabet for addresses, unpadded (RFC 4648, section 5): needs no
  /// percent-encoding.
  var text: [UInt8] {
    var writer = ByteWriter(capacity: 9 + lastKey.count)
    writer.write(Self.version)
    writer.write(revision.number)
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

  init(revision: Revision, lastKey: Bytes) {
    self.revision = revision
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
    guard let bytes = Base64.decode(padded[...]), bytes.count > 9, bytes[0] == Self.version else {
      throw .badRequest("the cursor is not one that a page ended with")
    }
    revision = Revision(
      bytes[1..<9].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    lastKey = bytes[9...]
  }
}
