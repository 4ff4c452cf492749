import BinaryCodec
import Determinism
import EntryFormat
import RaftTypes

/// LZ4 as the log uses it: the body of a record, all entries that share a sync.
enum CompressionBenchmark: Part {
  static let name = "lz4"

  static func run() throws {
    var dice = Dice(seed: 4)
    let documents = (0..<256).map { _ in Samples.document(&dice) }
    let size = documents.reduce(0) { $0 + $1.count } / documents.count
    for together in [1, 8, 64] {
      let bodies = stride(from: 0, to: documents.count, by: together).map { first in
        record(Array(documents[first..<first + together]))
      }
      let raw = bodies.reduce(0) { $0 + $1.count }
      let stored = bodies.reduce(0) { $0 + (LZ4.compressBlock($1[...])?.count ?? $1.count) }
      Report.figure(
        "JSON documents of \(size) bytes, \(together) a record: saved",
        100 * (1 - Double(stored) / Double(raw)), "%")
      let cost = Rounds.cost(documents.count * 20) {
        for _ in 0..<20 { for body in bodies { _ = LZ4.compressBlock(body[...]) } }
      }
      Report.cost(
        "JSON documents, \(together) a record: compress each", cost,
        bytes: raw / documents.count)
    }
    let noise = (0..<64).map { _ in Samples.noise(1024, &dice) }
    let body = record(noise)
    let cost = Rounds.cost(noise.count * 50) {
      for _ in 0..<50 { _ = LZ4.compressBlock(body[...]) }
    }
    Report.cost("noise of 1024 bytes, 64 a record: try each", cost, bytes: 1024)
  }

  private static func record(_ values: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    let entries = Samples.entries(values.count, from: 1) {
      Samples.put(Samples.key(UInt64($0)), values[$0])
    }
    for entry in entries { EntryFormat.write(entry, to: &writer) }
    return writer.bytes
  }
}
