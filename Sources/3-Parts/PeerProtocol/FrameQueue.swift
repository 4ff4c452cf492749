/// First in, first out, in one array: taken places are reclaimed when they outnumber the rest, so that both
/// ends cost O(1) amortised.
struct FrameQueue: Sendable {
  private var frames: [PeerFrame?] = []
  private var head = 0

  var count: Int { frames.count - head }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ frame: PeerFrame) { frames.append(frame) }

  mutating func popFirst() -> PeerFrame? {
    guard head < frames.count else { return nil }
    let frame = frames[head]
    frames[head] = nil
    head += 1
    if head == frames.count {
      frames.removeAll(keepingCapacity: head <= 64)
      head = 0
    } else if head > 64, head * 2 > frames.count {
      frames.removeFirst(head)
      head = 0
    }
    return frame
  }
}
