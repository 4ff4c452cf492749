internal import ClientProtocol
internal import RaftTypes

/// One client's place in its sequence of writes.
struct Session: Sendable, Equatable {
  enum Answer: Sendable, Equatable {
    /// The encoded result.
    case whole([UInt8])
    /// It was too long; the command was done at this revision.
    case forgotten(Revision)
  }

  /// The log index of the command that opened it.
  let id: UInt64
  /// Milliseconds of log time.
  let timeToLive: UInt64
  var lastUse: LogTime
  /// 0: none yet.
  var lastSequence: UInt64 = 0
  /// The answer to `lastSequence`; nil when there was none yet.
  var answer: Answer?

  init(id: UInt64, timeToLive: UInt64, lastUse: LogTime) {
    self.id = id
    self.timeToLive = timeToLive
    self.lastUse = lastUse
  }

  func isExpired(at time: LogTime) -> Bool {
    time.milliseconds > lastUse.milliseconds
      && time.milliseconds - lastUse.milliseconds > timeToLive
  }

  var stateHash: UInt64 {
    var hash = StateHash(seed: 2)
    hash.combine(id)
    hash.combine(timeToLive)
    hash.combine(lastUse.milliseconds)
    hash.combine(lastSequence)
    switch answer {
    case nil: hash.combine(0)
    case .forgotten(let revision): hash.combine(revision.number)
    case .whole(let bytes): bytes.withUnsafeBytes { hash.combine($0) }
    }
    return hash.value
  }
}
