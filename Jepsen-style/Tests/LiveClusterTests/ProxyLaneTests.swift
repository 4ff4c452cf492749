import Determinism
import Testing

@testable import LiveCluster

@Suite("A lane of the proxy")
struct ProxyLaneTests {
  private let millisecond: UInt64 = 1_000_000
  private var lane = ProxyLane(Dice(seed: 1))

  @Test("without trouble everything leaves at once, in order")
  mutating func calm() {
    lane.take(Frames.raft(1) + Frames.raft(2), .none, at: 5)
    #expect(lane.release(.none, at: 5).bytes == Frames.raft(1) + Frames.raft(2))
    #expect(lane.effects == LinkEffects())
  }

  @Test("half a frame waits for its other half")
  mutating func halves() {
    let frame = Frames.raft(7)
    lane.take(frame[..<9], .none, at: 0)
    #expect(lane.release(.none, at: 0).bytes.isEmpty)
    lane.take(frame[9...], .none, at: 1)
    #expect(lane.release(.none, at: 1).bytes == frame)
  }

  @Test("a cut holds frames, and the end of the connection, until it heals")
  mutating func cut() {
    let cut = LinkTrouble.making { $0.isCut = true }
    lane.take(Frames.raft(1), cut, at: 0)
    lane.finish(at: 1)
    #expect(lane.deadline(cut) == nil)
    #expect(lane.release(cut, at: 1_000 * millisecond) == ProxyLane.Release())
    let healed = lane.release(.none, at: 1_000 * millisecond)
    #expect(healed == ProxyLane.Release(bytes: Frames.raft(1), ends: true))
    #expect(lane.effects.cut == 1)
  }

  @Test("a delayed frame leaves after its delay and not before")
  mutating func delay() {
    let slow = LinkTrouble.making { $0.delay = 40 }
    lane.take(Frames.raft(1), slow, at: 0)
    #expect(lane.deadline(slow) == 40 * millisecond)
    #expect(lane.release(slow, at: 40 * millisecond - 1).bytes.isEmpty)
    #expect(lane.release(slow, at: 40 * millisecond).bytes == Frames.raft(1))
    #expect(lane.effects.delayed == 1)
  }

  @Test("jitter never lets a frame overtake another")
  mutating func order() {
    let shaky = LinkTrouble.making { $0.jitter = 50 }
    for mark in 0..<100 { lane.take(Frames.raft(UInt8(mark)), shaky, at: UInt64(mark)) }
    let all = lane.release(shaky, at: 1_000 * millisecond).bytes
    #expect(all == (0..<100).flatMap { Frames.raft(UInt8($0)) })
  }

  @Test("a narrow line spaces frames by their size")
  mutating func bandwidth() {
    let narrow = LinkTrouble.making { $0.bytesPerSecond = 17_000 }
    lane.take(Frames.raft(1) + Frames.raft(2), narrow, at: 0)
    #expect(lane.release(narrow, at: millisecond).bytes == Frames.raft(1))
    #expect(lane.release(narrow, at: 2 * millisecond).bytes == Frames.raft(2))
    #expect(lane.effects.throttled == 2)
  }

  @Test("a lost frame comes as late as TCP would send it again, or breaks the connection")
  mutating func loss() {
    let lossy = LinkTrouble.making { $0.loss = 1000 }
    var late = 0
    var broken = 0
    for seed in 0..<200 {
      var lane = ProxyLane(Dice(seed: UInt64(seed)))
      lane.take(Frames.raft(1), lossy, at: 0)
      #expect(lane.release(lossy, at: 199 * millisecond) == ProxyLane.Release())
      let release = lane.release(lossy, at: 200 * millisecond)
      if release.breaks { broken += 1 } else if release.bytes == Frames.raft(1) { late += 1 }
    }
    #expect(late + broken == 200)
    #expect(broken > 5 && broken < 60)
  }

  @Test("a Raft message is repeated whole; a handshake and a forwarded call never are")
  mutating func duplication() {
    let doubling = LinkTrouble.making { $0.duplication = 1000 }
    let (hello, call) = (Frames.hello(from: 2, inCluster: true), Frames.frame(4, [1, 2, 3]))
    lane.take(hello + Frames.raft(1) + call, doubling, at: 0)
    #expect(
      lane.release(doubling, at: 0).bytes == hello + Frames.raft(1) + Frames.raft(1) + call)
    #expect(lane.effects.duplicated == 1)
  }

  @Test("an overtaken message comes behind the next one; a forwarded call keeps its place")
  mutating func reordering() {
    let disorderly = LinkTrouble.making { $0.reordering = 1000 }
    let call = Frames.frame(4, [9])
    lane.take(Frames.raft(1) + call, disorderly, at: 0)
    #expect(lane.release(disorderly, at: 0).bytes == call)
    #expect(lane.release(disorderly, at: 30 * millisecond).bytes == Frames.raft(1))
    #expect(lane.effects.reordered == 1)
  }

  @Test("bytes that are no frames pass as they are")
  mutating func foreign() {
    let noise = Array(repeating: UInt8(0xff), count: 64)
    lane.take(noise, .none, at: 0)
    #expect(lane.release(.none, at: 0).bytes == noise)
  }

  @Test("the dialer is read from the hello, with and without a cluster", arguments: [false, true])
  func dialer(inCluster: Bool) {
    var cutter = FrameCutter()
    let pieces = cutter.take(Frames.hello(from: 3, inCluster: inCluster))
    #expect(pieces.first.flatMap(FrameCutter.dialer) == 3)
  }
}
