import BinaryCodec
import Determinism
import Testing

@Suite("LZ4 blocks and frames")
struct LZ4Tests {
  private func sample(_ dice: inout Dice, count: Int, of values: UInt64) -> [UInt8] {
    (0..<count).map { _ in UInt8(dice.below(values)) }
  }

  @Test("blocks come back as they were; what does not shrink is left raw")
  func blockRoundTrip() throws {
    var dice = Dice(seed: 2)
    for count in [0, 1, 2, 13, 100, 5000, 70_000] {
      let text = sample(&dice, count: count, of: 3)
      if let block = LZ4.compressBlock(text[...]) {
        #expect(block.count < text.count)
        #expect(try LZ4.decompressBlock(block[...], length: count, limit: count) == text)
      } else {
        #expect(count < 100)
      }
      let noise = sample(&dice, count: count, of: 256)
      #expect(LZ4.compressBlock(noise[...]) == nil)
    }
  }

  @Test("a block is made exactly when it fits the room that the caller gives it")
  func blockRoom() throws {
    var dice = Dice(seed: 4)
    let text = sample(&dice, count: 20_000, of: 3)
    let block = try #require(LZ4.compressBlock(text[...]))
    #expect(LZ4.compressBlock(text[...], atMost: block.count) == block)
    #expect(LZ4.compressBlock(text[...], atMost: block.count - 1) == nil)
    #expect(LZ4.compressBlock(text[...], atMost: 0) == nil)
  }

  @Test("pitfall 53: a claimed length above the limit is refused before it is allocated")
  func blockBomb() throws {
    let block = try #require(LZ4.compressBlock([UInt8](repeating: 0, count: 100_000)[...]))
    #expect(throws: LZ4.Fault.tooLong(length: 100_000, limit: 99_999)) {
      try LZ4.decompressBlock(block[...], length: 100_000, limit: 99_999)
    }
    #expect(throws: LZ4.Fault.tooLong(length: Int.max, limit: 1 << 20)) {
      try LZ4.decompressBlock(block[...], length: .max, limit: 1 << 20)
    }
    #expect(throws: LZ4.Fault.tooLong(length: -1, limit: 10)) {
      try LZ4.decompressBlock(block[...], length: -1, limit: 10)
    }
  }

  @Test("pitfall 53: a block that gives more or less than it claims is refused")
  func blockLength() throws {
    let block = try #require(LZ4.compressBlock([UInt8](repeating: 7, count: 4096)[...]))
    for length in [0, 1, 4095, 4097, 9000] {
      #expect(throws: LZ4.Fault.damaged) {
        try LZ4.decompressBlock(block[...], length: length, limit: 10_000)
      }
    }
  }

  @Test("pitfall 53: a truncated block is refused, wherever it ends; damage never traps")
  func damagedBlock() throws {
    var dice = Dice(seed: 3)
    let text = sample(&dice, count: 3000, of: 4)
    let block = try #require(LZ4.compressBlock(text[...]))
    for count in block.indices {
      #expect(throws: LZ4.Fault.damaged) {
        try LZ4.decompressBlock(block[..<count], length: 3000, limit: 3000)
      }
    }
    for _ in 0..<2000 {
      var damaged = block
      damaged[Int(dice.below(UInt64(block.count)))] ^= UInt8(1 + dice.below(255))
      let raw = try? LZ4.decompressBlock(damaged[...], length: 3000, limit: 3000)
      #expect(raw.map { $0.count == 3000 } ?? true)
    }
  }

  @Test("frames come back as they were")
  func frameRoundTrip() throws {
    var dice = Dice(seed: 4)
    for count in [0, 1, 1000, 300_000] {
      for values in [2, 256] as [UInt64] {
        let bytes = sample(&dice, count: count, of: values)
        for effort in [LZ4.Effort.full, .least] {
          let frame = LZ4.compressFrame(bytes[...], effort)
          #expect(frame.count <= count + 64)
          #expect(try LZ4.decompressFrame(frame[...], limit: count) == bytes)
        }
      }
    }
  }

  @Test("pitfall 53: a frame that says too much is refused before it is allocated")
  func frameBomb() {
    let frame = LZ4.compressFrame([UInt8](repeating: 0, count: 1 << 20)[...])
    #expect(frame.count < 10_000)
    #expect(throws: LZ4.Fault.tooLong(length: 1 << 20, limit: 1 << 19)) {
      try LZ4.decompressFrame(frame[...], limit: 1 << 19)
    }
  }

  @Test("pitfall 53: a truncated or lengthened frame is refused; flipped bits give no more bytes")
  func damagedFrame() {
    var dice = Dice(seed: 5)
    let text = sample(&dice, count: 2000, of: 4)
    let frame = LZ4.compressFrame(text[...])
    for count in frame.indices {
      #expect(throws: LZ4.Fault.self) { try LZ4.decompressFrame(frame[..<count], limit: 4000) }
    }
    #expect(throws: LZ4.Fault.self) {
      try LZ4.decompressFrame((frame + [0])[...], limit: 4000)
    }
    for i in frame.indices {
      for bit in 0..<8 {
        var damaged = frame
        damaged[i] ^= 1 << bit
        let raw = try? LZ4.decompressFrame(damaged[...], limit: 4000)
        #expect(raw.map { $0.count <= 4000 } ?? true)
      }
    }
  }
}
