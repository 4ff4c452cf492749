internal import Determinism

/// One direction of one proxied connection: what came in waits here until it may leave. A value
/// without clock or socket.
struct ProxyLane {
  /// What may leave now.
  struct Release: Equatable {
    var bytes: [UInt8] = []
    /// The sender has closed, and everything before that has left.
    var ends = false
    /// A frame was lost for good: both sides must see the connection break.
    var breaks = false
  }

  private enum Content {
    case bytes([UInt8])
    case end
    case lost
  }

  private struct Waiting {
    let release: UInt64
    let content: Content
  }

  private(set) var effects = LinkEffects()
  private(set) var waitingBytes = 0
  private var cutter = FrameCutter()
  /// Ascending by release; those of one time in the order of their coming.
  private var queue: [Waiting] = []
  private var lastRelease: UInt64 = 0
  private var dice: Dice

  init(_ dice: Dice) { self.dice = dice }

  /// Bytes came in at `now`.
  mutating func take(_ bytes: some Collection<UInt8>, _ trouble: LinkTrouble, at now: UInt64) {
    for piece in cutter.take(bytes) { take(piece, trouble, at: now) }
  }

  /// The sender closed.
  mutating func finish(at now: UInt64) {
    let rest = cutter.takeRest()
    let release = max(now, queue.last?.release ?? 0)
    if !rest.isEmpty { enqueue(.bytes(rest), release) }
    enqueue(.end, release)
  }

  private mutating func take(_ piece: FrameCutter.Piece, _ trouble: LinkTrouble, at now: UInt64) {
    if trouble.isCut { effects.cut += 1 }
    var release = now
    if trouble.delay + trouble.jitter > 0 {
      release += (trouble.delay + dice.below(trouble.jitter + 1)) * 1_000_000
      effects.delayed += 1
    }
    if let rate = trouble.bytesPerSecond {
      let duration = UInt64(piece.bytes.count) * 1_000_000_000 / max(rate, 1)
      release = max(release, lastRelease) + duration
      effects.throttled += 1
    }
    let isRaft = piece.kind == FrameCutter.raftKind
    if dice.chance(trouble.loss, in: 1000) {
      effects.lost += 1
      release += Limits.retransmission
      if dice.chance(1, in: Limits.lossesABreak) {
        enqueue(.lost, max(release, lastRelease))
        return
      }
    }
    if isRaft, dice.chance(trouble.reordering, in: 1000) {
      effects.reordered += 1
      enqueue(.bytes(piece.bytes), release + Limits.overtaken)
      return
    }
    // A stream keeps its order.
    lastRelease = max(release, lastRelease)
    enqueue(.bytes(piece.bytes), lastRelease)
    if isRaft, dice.chance(trouble.duplication, in: 1000) {
      effects.duplicated += 1
      enqueue(.bytes(piece.bytes), lastRelease)
    }
  }

  private mutating func enqueue(_ content: Content, _ release: UInt64) {
    if case .bytes(let bytes) = content { waitingBytes += bytes.count }
    let place = queue.lastIndex { $0.release <= release }.map { $0 + 1 } ?? 0
    queue.insert(Waiting(release: release, content: content), at: place)
  }

  /// When something may leave next; nil while nothing waits, or while nothing can.
  func deadline(_ trouble: LinkTrouble) -> UInt64? { trouble.isCut ? nil : queue.first?.release }

  /// What leaves at `now`.
  mutating func release(_ trouble: LinkTrouble, at now: UInt64) -> Release {
    var release = Release()
    guard !trouble.isCut else { return release }
    let due = queue.prefix { $0.release <= now }
    guard !due.isEmpty else { return release }
    queue.removeFirst(due.count)
    for waiting in due {
      switch waiting.content {
      case .bytes(let bytes):
        release.bytes += bytes
        waitingBytes -= bytes.count
      case .end: release.ends = true
      case .lost:
        release.breaks = true
        return release
      }
    }
    return release
  }
}
