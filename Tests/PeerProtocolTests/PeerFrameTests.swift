import BinaryCodec
import Determinism
import EntryFormat
import PeerProtocol
import RaftTypes
import Testing

@Suite("Peer frames")
struct PeerFrameTests {
  @Test("every kind of frame comes back as it was sent")
  func roundTrip() throws {
    var samples = Samples(seed: 1)
    for _ in 0..<200 {
      let sent = samples.everyKind()
      #expect(try decoded(encoded(sent)[...]) == sent)
    }
  }

  @Test("an estimated size is never exceeded but by memberships")
  func estimate() {
    var samples = Samples(seed: 2)
    for _ in 0..<200 {
      for kind in 0..<Samples.messageKinds where kind != 9 {
        let frame = samples.envelope(kind)
        if case .raft(let envelope) = frame, case .append(let append) = envelope.message,
          append.entries.contains(where: \.carriesMembership)
        {
          continue
        }
        let size = encoded([frame]).count
        #expect(size <= frame.estimatedSize, "\(frame)")
        #expect(frame.estimatedSize - size <= 64, "\(frame)")
      }
      let call = PeerFrame.forward(samples.call())
      #expect(encoded([call]).count == call.estimatedSize)
    }
  }

  @Test(
    "snapshot chunks and pieces travel on a connection of their own, and so does a last word")
  func channels() {
    var samples = Samples(seed: 3)
    for (kind, frame) in samples.everyKind().enumerated() {
      let isPiece = if case .pieceReply = frame { true } else { false }
      let isLastWord = if case .addressReleased = frame { true } else { false }
      let usual: ChannelKind = isLastWord ? .guarded : .messages
      #expect(frame.channel == (kind == 9 || isPiece ? .snapshot : usual), "\(frame)")
    }
  }

  @Test("an append with entries is bulk, an empty one is prompt")
  func appendClasses() {
    let empty = Append(previous: .origin, entries: [], commit: .zero)
    let full = Append(
      previous: .origin,
      entries: [
        Entry(
          position: LogPosition(term: Term(1), index: LogIndex(1)), logTime: .zero,
          payload: .snapshotMark)
      ], commit: .zero)
    #expect(raft(.append(empty)).frameClass == .prompt)
    #expect(raft(.append(full)).frameClass == .bulk)
  }

  @Test("decoded entries share one buffer with the frame")
  func sharing() throws {
    let command = [UInt8](repeating: 7, count: 100_000)[...]
    let entries = (1...3).map {
      Entry(
        position: LogPosition(term: Term(1), index: LogIndex($0)), logTime: .zero,
        payload: .command(command))
    }
    let append = Append(previous: .origin, entries: entries, commit: .zero)
    let back = try decoded(encoded([raft(.append(append))])[...])
    guard case .raft(let envelope) = back.first, case .append(let got) = envelope.message else {
      Issue.record("no append came back")
      return
    }
    var places: [UInt] = []
    for entry in got.entries {
      guard case .command(let bytes) = entry.payload else { continue }
      bytes.withUnsafeBytes { places.append(UInt(bitPattern: $0.baseAddress)) }
    }
    // One entry's header lies between the payloads and nothing else: they are slices of one block.
    let step = UInt(100_000 + EntryFormat.headerSize)
    #expect(places.count == 3)
    #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 == step })
  }
}

/// An envelope from node 1 to node 2 in term 1.
func raft(_ message: Message) -> PeerFrame {
  .raft(Envelope(from: NodeID(1), to: NodeID(2), term: Term(1), message: message))
}

extension Entry {
  var carriesMembership: Bool {
    switch payload {
    case .genesis, .membership: true
    case .termStart, .command, .address, .snapshotMark: false
    }
  }
}
