/// The frames that wait for one connection; bounded.
///
/// Two lanes. Prompt frames leave first, so that a heartbeat never starves behind megabytes of
/// entries; bulk frames and calls leave in the order in which they came. When a lane is full:
/// - prompt: the *oldest* goes. The newest heartbeat, vote or reply says all that older ones said.
/// - bulk: the *newest* goes. Entries follow each other; without its predecessor none is of use,
///   and the algorithm repeats from the gap.
/// - calls: the newest is refused, and the caller knows it. A call that was taken is never dropped.
///
/// Raft frames of different terms or rounds may overtake each other; the algorithm allows any
/// order.
package struct Outbox: Sendable {
  /// What became of the frames so far.
  package struct Counters: Hashable, Sendable {
    /// Frames given out by `next`.
    package var sent = 0
    /// Prompt frames pushed out by newer ones.
    package var droppedPrompt = 0
    /// Bulk frames that found no room.
    package var droppedBulk = 0
    /// Calls that found no room.
    package var refusedCalls = 0
  }

  package private(set) var counters = Counters()
  private var prompt = FrameQueue()
  private var heavy = FrameQueue()
  private var bulkBytes = 0
  private var callBytes = 0
  private var callCount = 0

  package init() {}

  package var isEmpty: Bool { prompt.isEmpty && heavy.isEmpty }
  package var count: Int { prompt.count + heavy.count }
  /// Estimated bytes of bulk frames and calls that wait; at most
  /// `Limits.bulkBytes` + `Limits.callBytes`.
  package var heavyBytes: Int { bulkBytes + callBytes }

  /// Takes `frame`, or says that it will not be sent.
  /// - Returns: false when the frame itself was dropped or refused. For a call that means: not
  ///   applied.
  package mutating func offer(_ frame: PeerFrame) -> Bool {
    let size = frame.estimatedSize
    switch frame.frameClass {
    case .prompt:
      if prompt.count == Limits.promptFrames {
        _ = prompt.popFirst()
        counters.droppedPrompt += 1
      }
      prompt.append(FrameQueue.Item(frame: frame, size: size))
      return true
    case .bulk:
      guard bulkBytes + size <= Limits.bulkBytes else {
        counters.droppedBulk += 1
        return false
      }
      bulkBytes += size
    case .call:
      guard callBytes + size <= Limits.callBytes, callCount < Limits.callFrames else {
        counters.refusedCalls += 1
        return false
      }
      callBytes += size
      callCount += 1
    }
    heavy.append(FrameQueue.Item(frame: frame, size: size))
    return true
  }

  /// The frame that leaves next.
  package mutating func next() -> PeerFrame? {
    guard let item = prompt.popFirst() ?? takeHeavy() else { return nil }
    counters.sent += 1
    return item.frame
  }

  /// Forgets everything: the connection is gone.
  /// - Returns: the calls that had not left, in order. They were certainly not applied.
  package mutating func drain() -> [PeerFrame] {
    var calls: [PeerFrame] = []
    while let item = takeHeavy() {
      if item.frame.frameClass == .call { calls.append(item.frame) }
    }
    prompt = FrameQueue()
    return calls
  }

  private mutating func takeHeavy() -> FrameQueue.Item? {
    guard let item = heavy.popFirst() else { return nil }
    switch item.frame.frameClass {
    case .prompt: preconditionFailure("Outbox: a prompt frame among the heavy ones")
    case .bulk: bulkBytes -= item.size
    case .call:
      callBytes -= item.size
      callCount -= 1
    }
    return item
  }
}
