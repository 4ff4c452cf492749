import BinaryCodec
import Determinism
import RaftTypes

@testable import PeerProtocol

/// What leaves one node and arrives at another: frames, and their checksum.
enum FrameBenchmark: Part {
  static let name = "frames"

  static func run() throws {
    var dice = Dice(seed: 3)
    let operations = 20_000
    let append = frame(
      .append(
        Append(
          previous: LogPosition(term: Term(1), index: LogIndex(99)),
          entries: Samples.entries(64, from: 100) {
            Samples.put(Samples.key(UInt64($0)), Samples.noise(256, &dice))
          }, commit: LogIndex(99))))
    let small = frame(
      .appendReply(.accepted(durable: LogPosition(term: Term(1), index: LogIndex(99)))))
    for (what, frame) in [("an append of 64 entries", append), ("an append reply", small)] {
      var writer = ByteWriter()
      frame.write(to: &writer)
      let bytes = writer.bytes
      Report.cost(
        "\(what), \(bytes.count) bytes: encode",
        Rounds.cost(operations) {
          for _ in 0..<operations {
            var writer = ByteWriter(capacity: 512 + bytes.count)
            frame.write(to: &writer)
          }
        }, bytes: bytes.count)
      var decoder = FrameDecoder(limit: Limits.frameBody)
      let cost = try Rounds.cost(operations) {
        for _ in 0..<operations {
          decoder.feed(bytes[...])
          while let raw = try decoder.next() {
            let arrived = try PeerFrame(raw)
            precondition(arrived.frameClass == frame.frameClass, "FrameBenchmark: another frame")
          }
        }
      }
      Report.cost("\(what), \(bytes.count) bytes: decode", cost, bytes: bytes.count)
    }
    let block = Samples.noise(16 << 10, &dice)
    var sum: UInt32 = 0
    let cost = Rounds.cost(operations) {
      for _ in 0..<operations { sum &+= Checksum.crc32c(block[...]) }
    }
    precondition(sum != 0, "FrameBenchmark: no checksum")
    Report.cost("CRC-32C of 16 KiB", cost, bytes: block.count)
  }

  private static func frame(_ message: Message) -> PeerFrame {
    .raft(Envelope(from: NodeID(1), to: NodeID(2), term: Term(1), message: message))
  }
}
