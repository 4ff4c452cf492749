public import BinaryCodec

/// A value with one binary form that starts with a version byte: it stands in the log and travels
/// between nodes, so a node that meets a version or a code it does not know refuses the whole
/// value.
///
/// Equal values have equal bytes. Integers are little-endian; docs/WIRE-FORMAT.md lists the fields.
public protocol BinaryCoded {
  /// Appends the value without its version.
  func write(to writer: inout ByteWriter)
  /// Reads what `write` wrote. Any bytes may come: lengths, counts and nesting are bounded,
  /// nothing traps.
  init(from reader: inout ByteReader) throws(DecodingFault)
  /// About how many bytes `write` appends; a hint that spares the buffer from growing.
  var encodedSize: Int { get }
}

extension BinaryCoded {
  /// The version byte and the value.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter(capacity: 1 + encodedSize)
    writer.write(Limits.formatVersion)
    write(to: &writer)
    return writer.bytes
  }

  /// The value that exactly these bytes stand for; keys and values share their buffer.
  public init(decoding bytes: Bytes) throws(DecodingFault) {
    var reader = ByteReader(bytes)
    let version = try reader.readUInt8()
    guard version == Limits.formatVersion else {
      throw .unknown("format version", value: UInt64(version))
    }
    let value = try Self(from: &reader)
    try reader.finish()
    self = value
  }
}

/// Enumerations whose cases have fixed numbers in the binary form, whatever their order in the
/// source.
protocol Coded: CaseIterable {
  var code: UInt8 { get }
  /// What the number is called in a refusal.
  static var codeName: String { get }
}

extension Coded {
  func write(to writer: inout ByteWriter) { writer.write(code) }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let code = try reader.readUInt8()
    guard let value = Self.allCases.first(where: { $0.code == code }) else {
      throw .unknown(Self.codeName, value: UInt64(code))
    }
    self = value
  }
}
