import BinaryCodec
import ClientProtocol
import Determinism
import Testing

@Suite("The binary forms of commands, results, calls and replies")
struct BinaryFormTests {
  static let seeds: [UInt64] = [1, 2, 3, 4]

  @Test("every value comes back from its bytes as it was", arguments: seeds)
  func roundTrip(seed: UInt64) throws {
    var samples = Samples(seed: seed)
    for _ in 0..<300 {
      try expectRoundTrip(samples.command())
      try expectRoundTrip(samples.result())
      try expectRoundTrip(samples.query())
      try expectRoundTrip(samples.page())
      try expectRoundTrip(samples.keyValue())
      try expectRoundTrip(samples.call())
      try expectRoundTrip(samples.reply())
      try expectRoundTrip(samples.error())
      try expectRoundTrip(samples.status())
      try expectRoundTrip(samples.nodeStatus())
    }
  }

  @Test("the size announced for a value is never too small", arguments: seeds)
  func announcedSize(seed: UInt64) {
    var samples = Samples(seed: seed)
    for _ in 0..<300 {
      let (command, reply, call) = (samples.command(), samples.reply(), samples.call())
      #expect(command.encoded().count <= 1 + command.encodedSize)
      #expect(reply.encoded().count <= 1 + reply.encodedSize)
      #expect(call.encoded().count <= 1 + call.encodedSize)
    }
  }

  @Test("bytes that end early are refused, wherever they end", arguments: seeds)
  func truncated(seed: UInt64) {
    var samples = Samples(seed: seed)
    for _ in 0..<20 {
      expectNoPrefixDecodes(samples.command())
      expectNoPrefixDecodes(samples.reply())
      expectNoPrefixDecodes(samples.call())
    }
  }

  @Test("bytes behind a value are refused")
  func trailing() {
    var samples = Samples(seed: 5)
    for _ in 0..<50 {
      let bytes = samples.command().encoded() + [0]
      #expect(throws: DecodingFault.self) { try Command(decoding: bytes[...]) }
    }
  }

  @Test("a version that is not known is refused by its number")
  func unknownVersion() {
    var bytes = Command(.compact(Revision(7))).encoded()
    bytes[0] = 2
    #expect(throws: DecodingFault.unknown("format version", value: 2)) {
      try Command(decoding: bytes[...])
    }
  }

  @Test("whatever bytes decode, they are the one form of the value", arguments: seeds)
  func damagedBytes(seed: UInt64) {
    var samples = Samples(seed: seed)
    for _ in 0..<400 {
      expectCanonicalOrRefused(samples.command(), &samples.dice)
      expectCanonicalOrRefused(samples.reply(), &samples.dice)
      expectCanonicalOrRefused(samples.call(), &samples.dice)
    }
  }

  @Test("random bytes never trap", arguments: seeds)
  func randomBytes(seed: UInt64) {
    var dice = Dice(seed: seed)
    for _ in 0..<3000 {
      var bytes = (0..<dice.below(80)).map { _ in
        dice.chance(1, in: 3) ? UInt8(dice.below(6)) : UInt8(dice.below(256))
      }
      if !bytes.isEmpty { bytes[0] = 1 }
      if let command = try? Command(decoding: bytes[...]) { #expect(command.encoded() == bytes) }
      if let reply = try? ClientReply(decoding: bytes[...]) { #expect(reply.encoded() == bytes) }
      if let call = try? ClientCall(decoding: bytes[...]) { #expect(call.encoded() == bytes) }
      if let result = try? CommandResult(decoding: bytes[...]) {
        #expect(result.encoded() == bytes)
      }
    }
  }

  private func expectRoundTrip<Value: BinaryCoded & Equatable>(_ value: Value) throws {
    #expect(try Value(decoding: value.encoded()[...]) == value)
  }

  private func expectNoPrefixDecodes<Value: BinaryCoded>(_ value: Value) {
    let bytes = value.encoded()
    for count in bytes.indices {
      #expect(throws: DecodingFault.self) { try Value(decoding: bytes[..<count]) }
    }
  }

  private func expectCanonicalOrRefused<Value: BinaryCoded & Equatable>(
    _ value: Value, _ dice: inout Dice
  ) {
    var bytes = value.encoded()
    for _ in 0...dice.below(3) {
      bytes[Int(dice.below(UInt64(bytes.count)))] = UInt8(dice.below(256))
    }
    if let decoded = try? Value(decoding: bytes[...]) { #expect(decoded.encoded() == bytes) }
  }
}
