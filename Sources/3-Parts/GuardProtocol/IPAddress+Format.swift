internal import BinaryCodec
internal import NetworkTypes
internal import RaftTypes

// The bytes of the nouns that both directions use.

extension IPAddress {
  /// The family's length, then that many bytes.
  func write(to writer: inout ByteWriter) {
    writer.write(UInt8(bytes.count))
    writer.write(raw: bytes)
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let count = try reader.readUInt8()
    guard count == 4 || count == 16,
      let address = IPAddress(bytes: Array(try reader.readRaw(Int(count))))
    else { throw .unknown("address of length", value: UInt64(count)) }
    self = address
  }
}

extension Flow {
  func write(to writer: inout ByteWriter) {
    local.write(to: &writer)
    writer.write(localPort)
    remote.write(to: &writer)
    writer.write(remotePort)
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let local = try IPAddress(from: &reader)
    let localPort = try reader.readUInt16()
    let remote = try IPAddress(from: &reader)
    guard local.family == remote.family else {
      throw .inconsistent("a connection of \(local) with \(remote)")
    }
    self.init(
      local: local, localPort: localPort, remote: remote, remotePort: try reader.readUInt16())
  }
}

extension ByteWriter {
  /// A sentence for people, cut where the reader's limit is.
  mutating func write(sentence: String) {
    var bytes = Array(sentence.utf8.prefix(Limits.textBytes))
    while !bytes.isEmpty, String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
    write(sized: bytes)
  }
}

extension ByteReader {
  mutating func expectVersion() throws(DecodingFault) {
    let version = try readUInt8()
    guard version == Limits.version else { throw .unknown("version", value: UInt64(version)) }
  }

  mutating func readTerm() throws(DecodingFault) -> Term { Term(try readUInt64()) }

  mutating func readHardwareAddress() throws(DecodingFault) -> HardwareAddress {
    let bytes = Array(try readRaw(6))
    guard let address = HardwareAddress(bytes: bytes) else {
      throw .inconsistent("hardware address \(bytes)")
    }
    return address
  }

  mutating func readInterface() throws(DecodingFault) -> String {
    let name = try readText(limit: Limits.interfaceBytes)
    guard GuardHello.Place.isInterfaceName(name) else {
      throw .inconsistent("interface name \"\(name)\"")
    }
    return name
  }
}
