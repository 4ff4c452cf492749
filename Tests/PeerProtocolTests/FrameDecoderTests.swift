import BinaryCodec
import Determinism
import EntryFormat
import PeerProtocol
import RaftTypes
import Testing

@Suite("Frame decoder")
struct FrameDecoderTests {
  @Test("frames come out the same however the stream is cut into pieces")
  func pieces() throws {
    var samples = Samples(seed: 10)
    for _ in 0..<50 {
      let sent = (0..<20).map { _ in samples.frame() }
      let stream = encoded(sent)
      var decoder = FrameDecoder(limit: Limits.frameBody)
      var got: [PeerFrame] = []
      var rest = stream[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int(1 + samples.dice.below(200)))
        rest = rest.dropFirst(piece.count)
        decoder.feed(piece)
        got += try frames(from: &decoder)
      }
      #expect(got == sent)
      #expect(decoder.pendingBytes == 0)
    }
  }

  @Test("a frame cut short at any byte is waited for, and comes with the rest")
  func truncation() throws {
    var samples = Samples(seed: 11)
    for frame in samples.everyKind() {
      let bytes = encoded([frame])
      for cut in bytes.indices {
        var decoder = FrameDecoder(limit: Limits.frameBody)
        decoder.feed(bytes[..<cut])
        #expect(try decoder.next() == nil)
        decoder.feed(bytes[cut...])
        #expect(try frames(from: &decoder) == [frame])
      }
    }
  }

  @Test("a body cut short at any byte is malformed, under a right checksum too")
  func shortBody() throws {
    var samples = Samples(seed: 12)
    for kind in 0..<Samples.messageKinds where kind != 9 {
      let bytes = encoded([samples.envelope(kind)])[FrameFormat.headerSize...]
      for cut in bytes.indices {
        let raw = RawFrame(kind: .raft, body: bytes[..<cut])
        #expect(throws: PeerFault.self) { try PeerFrame(raw) }
      }
    }
  }

  @Test("bytes behind a message's last field are malformed")
  func trailing() {
    var samples = Samples(seed: 13)
    for kind in 0..<Samples.messageKinds where kind != 9 {
      let body = encoded([samples.envelope(kind)])[FrameFormat.headerSize...] + [0]
      #expect(throws: PeerFault.malformed(.raft, .trailing(1))) {
        try PeerFrame(RawFrame(kind: .raft, body: body))
      }
    }
  }

  @Test("pitfall 53: every flipped bit is refused at once, in the header as in the body")
  func bitFlips() {
    var samples = Samples(seed: 14)
    for frame in samples.everyKind() {
      let bytes = encoded([frame])
      for bit in 0..<bytes.count * 8 {
        var damaged = bytes
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        let expected: PeerFault? = bit / 8 < FrameFormat.headerSize ? .damagedHeader : nil
        do {
          let got = try decoded(damaged[...])
          Issue.record("bit \(bit) of \(frame) was not noticed: \(got)")
        } catch {
          if let expected { #expect(error == expected) }
        }
      }
    }
  }

  @Test("random bytes never trap and never become a frame")
  func garbage() {
    var samples = Samples(seed: 15)
    for _ in 0..<5000 {
      var decoder = FrameDecoder(limit: Limits.frameBody)
      decoder.feed(samples.bytes(upTo: 200))
      if decoder.pendingBytes >= FrameFormat.headerSize {
        #expect(throws: PeerFault.damagedHeader) { try decoder.next() }
      }
    }
  }

  @Test("random bodies under right checksums never trap")
  func randomBodies() {
    var samples = Samples(seed: 16)
    for _ in 0..<20_000 {
      let kind = FrameKind.allCases[Int(samples.dice.below(7))]
      let body = samples.bytes(upTo: 120)
      _ = try? PeerFrame(RawFrame(kind: kind, body: body))
      _ = try? Handshake.hello(RawFrame(kind: .hello, body: body))
      _ = try? Handshake.answer(RawFrame(kind: .answer, body: body))
    }
  }

  @Test("bodies with a few changed bytes never trap, whatever they now say")
  func mutatedBodies() throws {
    var samples = Samples(seed: 17)
    for _ in 0..<300 {
      for kind in 0..<Samples.messageKinds {
        var body = Array(encoded([samples.envelope(kind)])[FrameFormat.headerSize...])
        for _ in 0...samples.dice.below(4) {
          let place = Int(samples.dice.below(UInt64(body.count)))
          body[place] = samples.dice.chance(1, in: 2) ? 0xff : UInt8(samples.dice.below(256))
        }
        guard let frame = try? PeerFrame(RawFrame(kind: .raft, body: body[...])) else { continue }
        // What was accepted can be passed on and is understood alike.
        #expect(try decoded(encoded([frame])[...]) == [frame])
      }
    }
  }

  @Test("pitfall 53: an oversized length is refused from its header alone")
  func oversized() {
    let limit = 100
    let header = header(length: 101)
    #expect(throws: PeerFault.oversized(length: 101, limit: limit)) {
      try decoded(header[...], limit: limit)
    }
    #expect(throws: Never.self) { try decoded(self.header(length: 100)[...], limit: limit) }
    #expect(throws: PeerFault.oversized(length: Int(UInt32.max), limit: Limits.frameBody)) {
      try decoded(self.header(length: .max)[...])
    }
  }

  @Test("pitfall 53: a count of entries is bounded by the bytes at hand")
  func entryCount() {
    let append = Append(previous: .origin, entries: [], commit: .zero)
    var body = Array(encoded([raft(.append(append))])[FrameFormat.headerSize...])
    body.replaceSubrange(body.count - 4..<body.count, with: [255, 255, 255, 255])
    #expect(throws: PeerFault.malformed(.raft, .tooLong(length: Int(UInt32.max), limit: 0))) {
      try PeerFrame(RawFrame(kind: .raft, body: body[...]))
    }
  }

  @Test("an unknown version, kind or reserved bit is named")
  func unknown() {
    #expect(throws: PeerFault.unknownVersion(2)) { try decoded(header(version: 2)[...]) }
    #expect(throws: PeerFault.unknownKind(0)) { try decoded(header(kind: 0)[...]) }
    #expect(throws: PeerFault.unknownKind(12)) { try decoded(header(kind: 12)[...]) }
    #expect(throws: PeerFault.reservedBits(1)) { try decoded(header(reserved: 1)[...]) }
  }

  @Test("after a fault the stream stays refused, and nothing more is kept of it")
  func poisoned() {
    var decoder = FrameDecoder(limit: Limits.frameBody)
    decoder.feed([UInt8](repeating: 1, count: 16)[...])
    #expect(throws: PeerFault.damagedHeader) { try decoder.next() }
    decoder.feed(encoded([.forward(PeerCall(id: 1, bytes: []))])[...])
    #expect(decoder.pendingBytes == 0)
    #expect(throws: PeerFault.damagedHeader) { try decoder.next() }
  }

  @Test("a frame before a damaged one is still given out")
  func beforeDamage() throws {
    let good = PeerFrame.forward(PeerCall(id: 1, bytes: [1, 2, 3]))
    var decoder = FrameDecoder(limit: Limits.frameBody)
    decoder.feed((encoded([good]) + [UInt8](repeating: 0, count: 16))[...])
    #expect(try decoder.next().map { try PeerFrame($0) } == good)
    #expect(throws: PeerFault.damagedHeader) { try decoder.next() }
  }

  @Test("a frame in the handshake's place, or the other way round, is unexpected")
  func misplaced() {
    #expect(throws: PeerFault.unexpected(.raft)) {
      try Handshake.hello(RawFrame(kind: .raft, body: []))
    }
    #expect(throws: PeerFault.unexpected(.hello)) {
      try Handshake.answer(RawFrame(kind: .hello, body: []))
    }
    #expect(throws: PeerFault.unexpected(.hello)) {
      try PeerFrame(RawFrame(kind: .hello, body: []))
    }
  }

  @Test("entries that do not follow each other are malformed")
  func gaps() {
    func entry(_ term: UInt64, _ index: UInt64) -> Entry {
      Entry(
        position: LogPosition(term: Term(term), index: LogIndex(index)), logTime: .zero,
        payload: .snapshotMark)
    }
    let previous = LogPosition(term: Term(3), index: LogIndex(10))
    for wrong in [[entry(3, 12)], [entry(2, 11)], [entry(3, 11), entry(3, 11)], [entry(3, 10)]] {
      let append = Append(previous: previous, entries: wrong, commit: .zero)
      #expect(throws: PeerFault.self, "\(wrong)") {
        try decoded(encoded([raft(.append(append))])[...])
      }
    }
  }

  @Test("numbers that no log reaches are malformed, so that nothing above can overflow")
  func hugeNumbers() {
    let huge = LogPosition(term: Term(1), index: LogIndex(Limits.number))
    let below = LogPosition(term: Term(1), index: LogIndex(Limits.number - 1))
    let refused: [Message] = [
      .appendReply(.accepted(durable: huge)),
      .heartbeat(Heartbeat(round: .max, commit: .zero)),
      .heartbeat(Heartbeat(round: 1, commit: LogIndex(.max))),
      .append(Append(previous: huge, entries: [], commit: .zero)),
      .append(
        Append(
          previous: below,
          entries: [Entry(position: huge, logTime: .zero, payload: .snapshotMark)],
          commit: .zero)),
    ]
    for message in refused {
      #expect(throws: PeerFault.self) { try decoded(encoded([raft(message)])[...]) }
    }
    #expect(throws: Never.self) {
      try decoded(encoded([raft(.appendReply(.accepted(durable: below)))])[...])
    }
  }

  @Test("a chunk that reaches beyond its snapshot is malformed")
  func chunkBeyondEnd() throws {
    var samples = Samples(seed: 18)
    let good = samples.chunk()
    for (offset, size) in [(good.size, good.size), (good.size + 1, good.size)] {
      let chunk = SnapshotChunk(
        snapshot: good.snapshot, offset: offset, size: size, bytes: [1])
      #expect(throws: PeerFault.self) { try decoded(encoded([raft(.snapshotChunk(chunk))])[...]) }
    }
  }

  @Test("what waits is one unfinished frame and one piece at most")
  func boundedMemory() throws {
    let command = [UInt8](repeating: 1, count: 100_000)[...]
    let stream = encoded((0..<50).map { .forward(PeerCall(id: $0, bytes: command)) })
    var decoder = FrameDecoder(limit: Limits.frameBody)
    var rest = stream[...]
    var count = 0
    while !rest.isEmpty {
      decoder.feed(rest.prefix(4096))
      rest = rest.dropFirst(4096)
      while try decoder.next() != nil { count += 1 }
      #expect(decoder.pendingBytes < 100_000 + 100)
    }
    #expect(count == 50)
  }

  /// A header with a right checksum, without its body; the body's checksum is that of no bytes.
  private func header(
    length: UInt32 = 0, version: UInt8 = 1, kind: UInt8 = 3, reserved: UInt16 = 0
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(length)
    writer.write(version)
    writer.write(kind)
    writer.write(reserved)
    writer.write(UInt32(0))
    writer.write(Checksum.crc32c(writer.bytes))
    return writer.bytes
  }
}
