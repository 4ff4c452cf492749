import BinaryCodec
import Determinism
import PeerProtocol
import RaftTypes
import Testing

/// The policy in its plainest form: whole arrays, everything counted anew.
private struct DumbOutbox {
  var prompt: [PeerFrame] = []
  var heavy: [PeerFrame] = []

  mutating func offer(_ frame: PeerFrame) -> Bool {
    let waiting = heavy.filter { $0.frameClass == frame.frameClass }
    let bytes = waiting.reduce(frame.estimatedSize) { $0 + $1.estimatedSize }
    switch frame.frameClass {
    case .prompt:
      prompt = (prompt + [frame]).suffix(Limits.promptFrames)
      return true
    case .bulk:
      if bytes > Limits.bulkBytes { return false }
    case .call:
      if bytes > Limits.callBytes || waiting.count >= Limits.callFrames { return false }
    }
    heavy.append(frame)
    return true
  }

  mutating func next() -> PeerFrame? {
    if !prompt.isEmpty { return prompt.removeFirst() }
    return heavy.isEmpty ? nil : heavy.removeFirst()
  }
}

@Suite("Outbox")
struct OutboxTests {
  private static let large = [UInt8](repeating: 0, count: 5 << 20)[...]

  private func bulk(_ index: UInt64, _ bytes: Bytes = OutboxTests.large) -> PeerFrame {
    let position = LogPosition(term: Term(1), index: LogIndex(index + 1))
    let entry = Entry(position: position, logTime: .zero, payload: .command(bytes))
    return raft(
      .append(
        Append(
          previous: LogPosition(term: Term(1), index: LogIndex(index)), entries: [entry],
          commit: .zero)))
  }

  private func beat(_ round: UInt64) -> PeerFrame {
    raft(.heartbeat(Heartbeat(round: round, commit: .zero)))
  }

  private func call(_ id: UInt64, _ bytes: Bytes = []) -> PeerFrame {
    .forward(PeerCall(id: id, bytes: bytes))
  }

  @Test("every offer and every frame agree with a plain model over random traffic")
  func oracle() {
    var dice = Dice(seed: 30)
    for _ in 0..<5 {
      var outbox = Outbox()
      var model = DumbOutbox()
      for step in 0..<3000 as Range<UInt64> {
        switch dice.below(8) {
        case 0...3:
          let frame =
            switch dice.below(4) {
            case 0: bulk(step, Self.large.prefix(Int(dice.below(5 << 20))))
            case 1: call(step, Self.large.prefix(Int(dice.below(5 << 20))))
            default: beat(step)
            }
          #expect(outbox.offer(frame) == model.offer(frame))
        case 4 where dice.chance(1, in: 100):
          #expect(outbox.drain() == model.heavy.filter { $0.frameClass == .call })
          model = DumbOutbox()
        default: #expect(outbox.next() == model.next())
        }
        #expect(outbox.count == model.prompt.count + model.heavy.count)
        #expect(outbox.heavyBytes == model.heavy.reduce(0) { $0 + $1.estimatedSize })
      }
    }
  }

  @Test("pitfall 39: a heartbeat overtakes everything that is bulk")
  func promptFirst() {
    var outbox = Outbox()
    for index in 0..<3 as Range<UInt64> { #expect(outbox.offer(bulk(index)) == true) }
    #expect(outbox.offer(beat(1)) == true)
    #expect(outbox.next() == beat(1))
    #expect(outbox.next() == bulk(0))
  }

  @Test("a full prompt lane gives up its oldest frame and counts it")
  func promptOverflow() {
    var outbox = Outbox()
    for round in 0...UInt64(Limits.promptFrames) { #expect(outbox.offer(beat(round)) == true) }
    #expect(outbox.count == Limits.promptFrames)
    #expect(outbox.counters.droppedPrompt == 1)
    #expect(outbox.next() == beat(1))
  }

  @Test("bulk beyond its bytes is dropped newest first, counted, and takes no room from the rest")
  func bulkOverflow() {
    var outbox = Outbox()
    var taken = 0
    while outbox.offer(bulk(UInt64(taken))) { taken += 1 }
    #expect(taken == Limits.bulkBytes / bulk(0).estimatedSize)
    #expect(outbox.counters.droppedBulk == 1)
    #expect(outbox.offer(beat(1)) == true)
    #expect(outbox.offer(call(1)) == true)
    #expect(outbox.heavyBytes <= Limits.bulkBytes + Limits.callBytes)
  }

  @Test("pitfall 60: a call is refused at the door or stays, and is never dropped later")
  func callsAreKept() {
    var outbox = Outbox()
    var taken: [UInt64] = []
    for id in 0..<UInt64(Limits.callFrames + 5) where outbox.offer(call(id)) { taken.append(id) }
    #expect(taken.count == Limits.callFrames)
    #expect(outbox.counters.refusedCalls == 5)
    for round in 0..<5000 as Range<UInt64> { _ = outbox.offer(beat(round)) }
    var left: [UInt64] = []
    while let frame = outbox.next() {
      if case .forward(let call) = frame { left.append(call.id) }
    }
    #expect(left == taken)
  }

  @Test("the largest frame fits into an empty outbox")
  func largest() {
    var outbox = Outbox()
    #expect(outbox.offer(call(1, [UInt8](repeating: 0, count: Limits.frameBody - 8)[...])) == true)
    #expect(outbox.offer(call(2)) == false)
    #expect(outbox.next() != nil)
    #expect(outbox.offer(call(3, [UInt8](repeating: 0, count: Limits.frameBody - 7)[...])) == false)
  }

  @Test("pitfall 60: draining gives back the calls that had not left, in order")
  func drain() {
    var outbox = Outbox()
    for id in 0..<4 as Range<UInt64> {
      _ = outbox.offer(call(id))
      _ = outbox.offer(bulk(id, [1]))
      _ = outbox.offer(beat(id))
    }
    for _ in 0..<5 { _ = outbox.next() }
    #expect(outbox.drain() == [call(1), call(2), call(3)])
    #expect(outbox.isEmpty)
    #expect(outbox.heavyBytes == 0)
  }
}
