import BinaryCodec
import Determinism
import Testing

@Suite("Reading and writing bytes")
struct ByteReaderTests {
  @Test("everything written is read back, in little-endian order")
  func roundTrip() throws {
    var writer = ByteWriter()
    writer.write(UInt8(0x01))
    writer.write(UInt16(0x0302))
    writer.write(UInt32(0x0706_0504))
    writer.write(UInt64(0x0f0e_0d0c_0b0a_0908))
    #expect(writer.bytes == Array(1...15))
    writer.write(true)
    writer.write(sized: [9, 8] as [UInt8])
    writer.write(text: "é")
    writer.write(optional: UInt8?.none) { $0.write($1) }
    writer.write(optional: UInt8(5)) { $0.write($1) }
    writer.write(raw: [7] as [UInt8])
    var reader = ByteReader(writer.bytes)
    #expect(try reader.readUInt8() == 0x01)
    #expect(try reader.readUInt16() == 0x0302)
    #expect(try reader.readUInt32() == 0x0706_0504)
    #expect(try reader.readUInt64() == 0x0f0e_0d0c_0b0a_0908)
    #expect(try reader.readBool())
    #expect(try reader.readSized(limit: 2) == [9, 8])
    #expect(try reader.readText(limit: 2) == "é")
    let read = { (inner: inout ByteReader) throws(DecodingFault) in try inner.readUInt8() }
    #expect(try reader.readOptional(read) == nil)
    #expect(try reader.readOptional(read) == 5)
    #expect(try reader.readRaw(1) == [7])
    try reader.finish()
  }

  @Test("a read beyond the end is refused and says what was missing")
  func truncated() {
    var reader = ByteReader([1, 2, 3] as [UInt8])
    #expect(throws: DecodingFault.truncated(needed: 4, available: 3)) { try reader.readUInt32() }
    #expect(throws: DecodingFault.truncated(needed: 9, available: 3)) { try reader.readRaw(9) }
    #expect(throws: DecodingFault.truncated(needed: -1, available: 3)) { try reader.readRaw(-1) }
    #expect(throws: DecodingFault.trailing(3)) { try reader.finish() }
  }

  @Test("a length above its limit is refused even if the bytes are there")
  func limits() {
    var writer = ByteWriter()
    writer.write(sized: [UInt8](repeating: 0, count: 5))
    var reader = ByteReader(writer.bytes)
    let copy = reader
    #expect(throws: DecodingFault.tooLong(length: 5, limit: 4)) {
      try reader.readSized(limit: 4)
    }
    reader = copy
    #expect(throws: DecodingFault.tooLong(length: 5, limit: 4)) { try reader.readCount(limit: 4) }
  }

  @Test("a flag is 0 or 1, and text is UTF-8")
  func oneForm() {
    var reader = ByteReader([2, 1, 0, 0, 0, 0xff] as [UInt8])
    #expect(throws: DecodingFault.unknown("flag", value: 2)) { try reader.readBool() }
    #expect(throws: DecodingFault.self) { try reader.readText(limit: 10) }
  }

  @Test("a slice that does not start at 0 is read from its own start")
  func slices() throws {
    let bytes: [UInt8] = [9, 9, 9, 4, 0, 1, 2]
    var reader = ByteReader(bytes[3...])
    #expect(reader.offset == 3)
    #expect(try reader.readUInt16() == 4)
    #expect(reader.offset == 5)
    #expect(try reader.readRaw(2) == [1, 2])
  }

  @Test("a patched length stands where it was left open")
  func patch() {
    var writer = ByteWriter()
    writer.write(UInt8(1))
    writer.write(UInt32(0))
    writer.patch(0x0a0b_0c0d, at: 1)
    #expect(writer.bytes == [1, 0x0d, 0x0c, 0x0b, 0x0a])
  }

  @Test("what is patched is that place alone, zeros are zeros in a buffer that was used before")
  func zeros() {
    var writer = ByteWriter()
    writer.write(raw: [UInt8](repeating: 7, count: 40))
    writer.truncate(to: 1)
    writer.write(zeros: 4)
    writer.write(UInt64(0x0807_0605_0403_0201))
    writer.patch(2, at: 2) { $0.copyBytes(from: [8, 9] as [UInt8]) }
    #expect(writer.bytes == [7, 0, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8])
  }
}
