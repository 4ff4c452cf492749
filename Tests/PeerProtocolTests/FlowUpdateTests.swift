import BinaryCodec
import NetworkTypes
import PeerProtocol
import RaftTypes
import Testing

@Suite("Updates of flows")
struct FlowUpdateTests {
  private func flow(_ number: Int, v6: Bool = false) throws -> Flow {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    let head = [UInt8](repeating: 0xfd, count: v6 ? 12 : 0)
    return Flow(
      local: try #require(IPAddress(v6 ? "fd00::100" : "10.77.0.100")), localPort: 7379,
      remote: try #require(IPAddress(bytes: head + bytes)), remotePort: UInt16(number % 65_536))
  }

  private func frame(_ opened: [Flow], closed: [Flow] = [], isWhole: Bool = false) -> PeerFrame {
    .flows(
      FlowUpdate(term: Term(7), sequence: 3, isWhole: isWhole, opened: opened, closed: closed))
  }

  @Test("an IPv4 connection takes 8 bytes, an IPv6 connection 20, and the estimate is exact")
  func size() throws {
    for (v6, bytes) in [(false, 8), (true, 20)] {
      let one = frame([try flow(1, v6: v6)])
      let three = frame([try flow(1, v6: v6), try flow(2, v6: v6)], closed: [try flow(3, v6: v6)])
      #expect(encoded([three]).count - encoded([one]).count == 2 * bytes)
      for frame in [one, three] { #expect(encoded([frame]).count == frame.estimatedSize) }
    }
  }

  @Test("as many as one update may name arrive, and one more is refused")
  func limit() throws {
    let most = try (1...Limits.flows).map { try flow($0) }
    let full = frame(most)
    #expect(try decoded(encoded([full])[...]) == [full])
    // One more among the closed: the count behind the opened ones is the last field.
    var writer = ByteWriter()
    full.write(to: &writer)
    let body = Array(writer.bytes.dropFirst(FrameFormat.headerSize).dropLast(4))
    let more = body + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
    #expect(throws: PeerFault.malformed(.flows, .tooLong(length: 1, limit: 0))) {
      try PeerFrame(RawFrame(kind: .flows, body: more[...]))
    }
  }

  @Test("a whole update that closes something is refused: before it there is nothing")
  func wholeCloses() throws {
    var writer = ByteWriter()
    frame([], closed: [try flow(1)]).write(to: &writer)
    var body = Array(writer.bytes.dropFirst(FrameFormat.headerSize))
    body[16] = 1
    #expect(throws: PeerFault.malformed(.flows, .tooLong(length: 1, limit: 0))) {
      try PeerFrame(RawFrame(kind: .flows, body: body[...]))
    }
  }

  @Test("a connection at a place that is not listed is refused")
  func unknownPlace() throws {
    var writer = ByteWriter()
    frame([try flow(1)]).write(to: &writer)
    var body = Array(writer.bytes.dropFirst(FrameFormat.headerSize))
    // Head of 17, one place of 4 + 7, the count of 4.
    #expect(body[32] == 0)
    body[32] = 1
    #expect(throws: PeerFault.malformed(.flows, .unknown("place", value: 1))) {
      try PeerFrame(RawFrame(kind: .flows, body: body[...]))
    }
  }

  @Test("an update waits behind entries, never before a heartbeat")
  func frameClass() throws {
    #expect(frame([try flow(1)]).frameClass == .bulk)
    #expect(frame([try flow(1)]).channel == .messages)
  }
}
