internal import ClientProtocol
internal import Determinism
internal import NIOCore

/// What a request does to the cluster, which decides when it may be sent again.
enum Effect: Hashable, Sendable {
  /// Nothing: sent again after any failure.
  case read
  /// A write; sent again after a lost reply only when the caller said so.
  case write(ifUnknown: UnknownOutcome)
}

extension KeyValueClient {
  /// Sends `request` until it is answered, until it must not be sent again, or until the deadline.
  ///
  /// Invariant: once one attempt's outcome was unknown, no later refusal may claim `notApplied` for
  /// the operation as a whole.
  func perform<Answer>(
    _ request: HTTPRequest, _ effect: Effect,
    _ decode: (HTTPReply) throws(ReplyFault) -> Answer
  ) async throws(ClientError) -> Answer {
    try enter()
    defer { leave() }
    let clock = ContinuousClock()
    let deadline = clock.now + configuration.deadline
    var dice = Dice(seed: .random(in: .min ... .max))
    var itinerary = Itinerary(
      configuration.endpoints, preferred: preference.current(at: clock.now))
    var isUnknown = false
    var attempts = 0
    while true {
      let endpoint = itinerary.current
      let failure: AttemptFailure
      do throws(AttemptFailure) {
        let answer = try await attempt(request, at: endpoint, until: deadline, decode)
        preference.answered(endpoint, at: clock.now)
        return answer
      } catch let caught {
        failure = caught
      }
      attempts += 1
      isUnknown = isUnknown || failure.error.outcome == .unknown
      guard effect.allowsResending(after: failure.error), !Task.isCancelled else {
        throw effect.verdict(failure, isUnknown: isUnknown)
      }
      if !failure.isOverload {
        preference.failed(endpoint)
        itinerary.advance(hint: failure.error.leader.flatMap { Endpoint($0.client) })
      }
      let isDirect = itinerary.isHinted && !failure.isOverload
      let wait =
        isDirect
        ? .zero
        : configuration.backoff.wait(before: attempts, floor: failure.retryAfter, &dice)
      // A write that has no time left to be answered would only turn a clear refusal into an
      // unknown.
      guard clock.now + wait + Limits.leastAttempt < deadline else {
        throw effect.verdict(failure, isUnknown: isUnknown)
      }
      if !isDirect {
        // Cancelled meanwhile: nothing more is sent.
        do { try await clock.sleep(for: wait) } catch {
          throw effect.verdict(failure, isUnknown: isUnknown)
        }
      }
    }
  }

  /// One exchange with one endpoint, bounded in connecting and in replying.
  private func attempt<Answer>(
    _ request: HTTPRequest, at endpoint: Endpoint, until deadline: ContinuousClock.Instant,
    _ decode: (HTTPReply) throws(ReplyFault) -> Answer
  ) async throws(AttemptFailure) -> Answer {
    let left = deadline - .now
    guard left > .zero else {
      throw AttemptFailure(.notSent("the deadline passed"), at: endpoint)
    }
    let reply: HTTPReply
    do throws(ExchangeFailure) {
      let connection = try await pool.lease(
        endpoint, connectTimeout: min(configuration.connectTimeout, left))
      let patience = max(.milliseconds(1), min(configuration.replyTimeout, deadline - .now))
      reply = try await connection.exchange(
        request.bounded(by: patience), timeout: TimeAmount(patience))
      pool.giveBack(connection)
    } catch let failure {
      throw AttemptFailure(failure, at: endpoint)
    }
    guard reply.status < 300 else { throw AttemptFailure(refused: reply, at: endpoint) }
    do throws(ReplyFault) { return try decode(reply) } catch let fault {
      throw AttemptFailure(fault, at: endpoint)
    }
  }
}

extension HTTPRequest {
  /// Tells the server to give up before we do: its answer says what became of the request, our own
  /// timeout cannot. It counts in ticks of half a second, hence the distance.
  func bounded(by patience: Duration) -> HTTPRequest {
    let milliseconds = max(1, patience.nanoseconds / 1_000_000 * 3 / 5)
    var bounded = self
    bounded.target += "\(target.contains("?") ? "&" : "?")timeout_ms=\(min(milliseconds, 60_000))"
    return bounded
  }
}

extension Connection {
  /// `send`, awaited.
  func exchange(_ request: HTTPRequest, timeout: TimeAmount) async throws(ExchangeFailure)
    -> HTTPReply
  {
    do {
      return try await send(request, timeout: timeout).get()
    } catch let failure as ExchangeFailure {
      throw failure
    } catch {
      throw .lost("\(error)")
    }
  }
}

extension Effect {
  func allowsResending(after error: ClientError) -> Bool {
    switch error.outcome {
    case .applied: false
    case .notApplied: error.retryable
    // `retryable` says here that a repetition may do it twice: the caller knew that. Only what is
    // too large stays too large.
    case .unknown: error.code != .tooLarge && self != .write(ifUnknown: .fail)
    }
  }

  /// The last failure, as the answer to the whole operation.
  func verdict(_ failure: AttemptFailure, isUnknown: Bool) -> ClientError {
    let last = failure.error
    switch self {
    case .read:
      return ClientError(
        last.code, last.message, outcome: .notApplied, retryable: last.retryable,
        leader: last.leader)
    case .write where isUnknown && last.outcome != .applied:
      // A server that does not know says so itself.
      let isSaid = last.outcome == .unknown && failure.isFromServer
      let advice = "; the write may have been applied: read before writing again"
      return ClientError(
        last.code, last.message + (isSaid ? "" : advice), outcome: .unknown, retryable: false,
        leader: last.leader)
    case .write: return last
    }
  }
}
