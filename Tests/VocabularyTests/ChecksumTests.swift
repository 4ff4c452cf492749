import BinaryCodec
import Determinism
import Testing

@Suite("CRC-32C")
struct ChecksumTests {
  @Test(
    "known answers of RFC 3720 appendix B.4, by instruction and by table",
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
      ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
      (Array(0...31), 0x46dd_794e),
      (Array((0...31).reversed()), 0x113f_db5c),
      (Array("123456789".utf8), 0xe306_9283),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func knownAnswers(bytes: [UInt8], checksum: UInt32) {
    #expect(Checksum.crc32c(bytes) == checksum)
    #expect(Checksum.crc32cByTable(bytes) == checksum)
  }

  @Test("instruction and table agree for every length, alignment and seed")
  func agree() {
    var dice = Dice(seed: 1)
    let bytes = (0..<600).map { _ in UInt8(dice.below(256)) }
    for length in 0..<300 {
      let start = Int(dice.below(300))
      let seed = UInt32(truncatingIfNeeded: dice.next())
      let slice = bytes[start..<start + length]
      #expect(
        Checksum.crc32c(slice, seed: seed) == Checksum.crc32cByTable(Array(slice), seed: seed))
    }
  }

  @Test("they agree where the instruction's runs stand side by side")
  func runs() {
    var dice = Dice(seed: 2)
    let bytes = (0..<14_400).map { _ in UInt8(dice.below(256)) }
    for run in 0...4 {
      for extra in [-9, -1, 0, 1, 7, 8, 1023, 1024, 2048] where run * 3072 + extra >= 0 {
        let seed = UInt32(truncatingIfNeeded: dice.next())
        let start = Int(dice.below(9))
        let slice = bytes[start...].prefix(run * 3072 + extra)
        #expect(
          Checksum.crc32c(slice, seed: seed) == Checksum.crc32cByTable(Array(slice), seed: seed))
      }
    }
  }

  @Test("parts continue to the checksum of the whole")
  func continues() {
    let bytes = (0..<257).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for cut in 0...257 {
      let first = Checksum.crc32c(bytes[..<cut])
      #expect(Checksum.crc32c(bytes[cut...], seed: first) == Checksum.crc32c(bytes))
    }
  }

  @Test("every flipped bit is found")
  func flippedBits() {
    var bytes = (0..<64).map { UInt8($0) }
    let checksum = Checksum.crc32c(bytes)
    for bit in 0..<512 {
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(Checksum.crc32c(bytes) != checksum)
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
  }
}
