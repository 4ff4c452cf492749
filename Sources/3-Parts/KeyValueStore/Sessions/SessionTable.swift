internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import RaftTypes

/// The client sessions: what makes a stamped write exactly-once (§6.3).
///
/// Everything in it follows from the log alone. A session is opened by a command and named by that
/// command's index; it expires by the leader's time as it stands in entries, never by a local
/// clock; a session that is not in the table is answered `sessionExpired` and never made anew,
/// because its writes may have been done already.
///
/// A session remembers the answer to its last sequence only: a client has one stamped request in
/// flight.
struct SessionTable: Sendable {
  private(set) var sessions = SortedMap<UInt64, Session>()
  /// Sum of the sessions' hashes.
  private(set) var stateHash: UInt64 = 0

  /// What a stamped command meets.
  enum Verdict {
    /// It is new: do it, then `remember` its result.
    case new
    /// It was done, or cannot be: this is the answer.
    case answered(CommandResult)
  }

  /// Judges a stamp at `time`; a session that is still alive counts as used.
  mutating func judge(_ stamp: SessionStamp, at time: LogTime, revision: Revision) -> Verdict {
    func refused(_ refusal: StoreRefusal) -> Verdict {
      .answered(CommandResult(revision: revision, outcome: .refused(refusal)))
    }
    guard var session = use(stamp.session, at: time) else { return refused(.sessionExpired) }
    guard stamp.sequence <= session.lastSequence else { return .new }
    guard stamp.sequence == session.lastSequence, let answer = session.answer else {
      return refused(.staleSequence(last: session.lastSequence))
    }
    session.lastUse = time
    switch answer {
    case .whole(let bytes):
      guard let result = try? CommandResult(decoding: bytes[...]) else {
        return refused(.answerForgotten(revision))
      }
      return .answered(result)
    case .forgotten(let doneAt): return refused(.answerForgotten(doneAt))
    }
  }

  /// Keeps the result of a stamped command for its repetitions.
  mutating func remember(_ result: CommandResult, for stamp: SessionStamp) {
    guard var session = sessions[stamp.session] else { return }
    let bytes = result.encoded()
    session.lastSequence = stamp.sequence
    session.answer =
      bytes.count <= Limits.answerBytes ? .whole(bytes) : .forgotten(result.revision)
    replace(session)
  }

  /// Does a session command that stands at `index`.
  mutating func apply(
    _ operation: SessionOperation, at index: LogIndex, time: LogTime
  ) -> CommandResult.Outcome {
    switch operation {
    case .open(let timeToLive):
      guard sessions.count < Limits.sessions else {
        return .refused(.tooManySessions(limit: UInt64(Limits.sessions)))
      }
      let lifetime = min(
        max(timeToLive, Limits.sessionLifetime.lowerBound), Limits.sessionLifetime.upperBound)
      replace(Session(id: index.number, timeToLive: lifetime, lastUse: time))
      return .session(index.number)
    case .renew(let id):
      return use(id, at: time) == nil ? .refused(.sessionExpired) : .session(id)
    case .close(let id):
      guard use(id, at: time) != nil else { return .refused(.sessionExpired) }
      remove(id)
      return .session(id)
    }
  }

  /// Drops the sessions that have expired when the log's time passes from `last` to `time`; looks
  /// once a second of log time. (`judge` and `apply` are exact in between.)
  mutating func expire(from last: LogTime, to time: LogTime) {
    guard time.milliseconds / 1000 != last.milliseconds / 1000, !sessions.isEmpty else { return }
    for (_, session) in sessions.removeAll(where: { $1.isExpired(at: time) }) {
      stateHash &-= session.stateHash
    }
  }

  /// Puts back a session from a snapshot; ids must grow.
  mutating func restore(_ session: Session) { replace(session) }

  // The session, marked as used now; an expired one is dropped.
  private mutating func use(_ id: UInt64, at time: LogTime) -> Session? {
    guard var session = sessions[id] else { return nil }
    guard !session.isExpired(at: time) else {
      remove(id)
      return nil
    }
    session.lastUse = time
    replace(session)
    return session
  }

  private mutating func replace(_ session: Session) {
    if let old = sessions[session.id] { stateHash &-= old.stateHash }
    stateHash &+= session.stateHash
    sessions[session.id] = session
  }

  private mutating func remove(_ id: UInt64) {
    if let old = sessions.remove(id) { stateHash &-= old.stateHash }
  }
}
