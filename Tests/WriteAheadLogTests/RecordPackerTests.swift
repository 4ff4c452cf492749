import BinaryCodec
import Determinism
import EntryFormat
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Which records are compressed")
struct RecordPackerTests {
  private static let text = [UInt8](repeating: 7, count: Limits.compressionThreshold)
  private static let noise: [UInt8] = {
    var dice = Dice(seed: 9)
    return text.map { _ in UInt8(truncatingIfNeeded: dice.next()) }
  }()

  /// How many bodies of noise go by before one of text is compressed again.
  private func wait(after packer: RecordPacker) -> Int {
    var packer = packer
    var count = 0
    while packer.pack(Self.text[...]) == nil { count += 1 }
    return count
  }

  @Test("a body is kept as a block when that saves a quarter of it, and not for less")
  func saving() throws {
    // So much noise, and then one byte again and again.
    func body(noise count: Int) -> [UInt8] {
      Array(Self.noise.prefix(count)) + Self.text.dropFirst(count)
    }
    var kept = 0
    for count in stride(from: 0, through: Self.noise.count, by: 64) {
      let body = body(noise: count)
      let smallest = LZ4.compressBlock(body[...])?.count ?? body.count
      var packer = RecordPacker()
      let block = packer.pack(body[...])
      #expect((block != nil) == (smallest <= body.count * 3 / 4))
      if let block {
        kept += 1
        #expect(try LZ4.decompressBlock(block[...], length: body.count, limit: 1 << 20) == body)
      }
    }
    #expect(kept > 64 && kept < 128)
  }

  @Test("bodies below the threshold are not tried, and tell nothing about those above it")
  func threshold() {
    var packer = RecordPacker()
    #expect(packer.pack(Self.text.dropLast()) == nil)
    #expect(packer.pack(Self.noise.dropLast()) == nil)
    #expect(wait(after: packer) == 0)
  }

  @Test("every failure in a row lets twice as many records by untried, up to the limit")
  func giveUp() {
    var packer = RecordPacker()
    var waits: [Int] = []
    for _ in 0..<8 {
      for _ in 0...wait(after: packer) { _ = packer.pack(Self.noise[...]) }
      waits.append(wait(after: packer))
    }
    #expect(waits == [1, 2, 4, 8, 16, 32, 32, 32])
    #expect(waits.last == Limits.mostUntried)
  }

  @Test("one record that shrinks ends the giving up")
  func recovery() {
    var packer = RecordPacker()
    for _ in 0..<1000 { _ = packer.pack(Self.noise[...]) }
    while packer.pack(Self.text[...]) == nil {}
    #expect(wait(after: packer) == 0)
    _ = packer.pack(Self.noise[...])
    #expect(wait(after: packer) == 1)
  }

  @Test("records of two kinds that take turns are both met")
  func turns() {
    var packer = RecordPacker()
    var blocks = 0
    for turn in 0..<400 {
      let body = turn % 2 == 0 ? Self.noise : Self.text
      if packer.pack(body[...]) != nil { blocks += 1 }
    }
    #expect(blocks >= 50)
  }

  @Test("a log carries what it learnt into its next segment, and reads all of it back")
  func log() throws {
    let (disk, log) = try Sample.log()
    let random = Sample.entries(1, 2...12, size: 9000)
    let alike = (13...49).map {
      Entry(
        position: Sample.position(1, $0), logTime: .zero, payload: .command(Self.text[...]))
    }
    for entry in random + alike {
      try log.append([entry])
      try log.sync()
    }
    var packed: [LogIndex: Bool] = [:]
    var segments: Set<String> = []
    try LogInspection(disk).run { finding in
      guard case .record(let record, let entries) = finding else { return }
      segments.insert(record.path)
      for entry in entries { packed[entry.index] = record.isCompressed }
    }
    #expect(segments.count > 4)
    // Of the noise the 1st, 3rd, 6th and 11th are tried in vain; after a fourth time eight go by.
    #expect(packed.filter { $0.value }.map { $0.key.number }.sorted() == Array(21...49))
    #expect(try Sample.recover(disk).entries.suffix(48) == (random + alike)[...])
  }
}
