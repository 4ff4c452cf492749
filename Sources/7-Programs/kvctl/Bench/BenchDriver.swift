internal import KeyValueClient
internal import NIOCore

/// One event loop's share of a benchmark. Confined to that loop: no locks, no task, no await for a
/// request.
///
/// Closed loop: each lane sends its next request when it has its reply. Open loop: requests fall
/// due at a fixed rate and idle lanes take them; latency counts from when a request was due, so
/// that a stall is seen by every request it delayed and not only by those in flight (Tene's
/// "coordinated omission"). A plan that drops sends nothing late: what finds no idle lane is
/// counted and forgotten, as by clients who are too many to wait for each other.
final class BenchDriver {
  private let plan: BenchPlan
  private let loop: any EventLoop
  private var requests: BenchRequests
  private var tally = BenchTally()
  private let promise: EventLoopPromise<BenchTally>
  private let counter: BenchCounter

  private var idle: [BenchLane] = []
  private var open: Int
  private var start = NIODeadline.now()
  private var end: NIODeadline?
  /// Requests still to be sent; nil: as many as fit into the time.
  private var left: Int?
  private var issued = 0
  private var dropped = 0
  private var lastAnswer: NIODeadline
  private var alarm: Scheduled<Void>?
  private var isResting = false

  init(
    _ plan: BenchPlan, _ requests: BenchRequests, on loop: any EventLoop, counter: BenchCounter,
    promise: EventLoopPromise<BenchTally>
  ) {
    self.plan = plan
    self.requests = requests
    self.loop = loop
    self.counter = counter
    self.promise = promise
    open = plan.connections
    lastAnswer = start
    switch plan.length {
    case .requests(let count): (left, end) = (count, nil)
    case .time(let duration): (left, end) = (nil, start + TimeAmount(duration))
    }
  }

  /// Connects every lane, and begins when all have tried: a storm of connections is no part of the
  /// load.
  func run() {
    let lanes = (0..<plan.connections).map {
      BenchLane(plan, number: $0, on: loop, driver: self)
    }
    let opened = lanes.map { $0.connect() }
    EventLoopFuture.andAllComplete(opened, on: loop).assumeIsolated().whenComplete { _ in
      self.begin(lanes)
    }
  }

  private func begin(_ lanes: [BenchLane]) {
    start = .now()
    lastAnswer = start
    if case .time(let duration) = plan.length { end = start + TimeAmount(duration) }
    idle = lanes
    dispatch()
    look(at: lanes)
  }

  // One look at all instead of a timer a request, a tenth of what a request costs here: replies
  // that do not come are for a report, not for the tenth of a second.
  private func look(at lanes: [BenchLane]) {
    guard open > 0 else { return }
    let now = NIODeadline.now()
    for lane in lanes { lane.look(at: now) }
    loop.assumeIsolated().scheduleTask(in: .milliseconds(100)) { self.look(at: lanes) }
  }

  /// A lane has nothing to do.
  func isIdle(_ lane: BenchLane) {
    idle.append(lane)
    dispatch()
  }

  /// A lane has its reply, or lost it.
  func record(_ outcome: BenchLane.Outcome, isPut: Bool, due: NIODeadline) {
    counter.add()
    switch outcome {
    case .done, .missing:
      let now = NIODeadline.now()
      let latency = UInt64(clamping: (now - due).nanoseconds)
      let time = UInt64(clamping: (now - start).nanoseconds)
      pausedUntil(now)
      tally.answered(latency, at: time)
      lastAnswer = now
      if isPut { tally.puts.record(latency) } else { tally.gets.record(latency) }
      if outcome == .missing { tally.missing += 1 }
    case .busy: tally.busy += 1
    case .refused: tally.refused += 1
    case .lost: tally.lost += 1
    }
  }

  private func pausedUntil(_ now: NIODeadline) {
    guard now > lastAnswer else { return }
    tally.paused(
      MachineWatch.Pause(
        from: lastAnswer.uptimeNanoseconds, until: now.uptimeNanoseconds),
      until: UInt64(clamping: (now - start).nanoseconds))
  }

  private var isOver: Bool {
    if Interruption.isRequested || left == 0 { return true }
    return end.map { NIODeadline.now() >= $0 } ?? false
  }

  private func dispatch() {
    var sent = 0
    while !idle.isEmpty, !isResting {
      if isOver { return closeIdle() }
      if sent == Limits.requestsOfTurn { return rest() }
      let now = NIODeadline.now()
      var due = now
      if let rate = plan.rate {
        if plan.drops { dropLate(now, rate) }
        due = start + .nanoseconds(Int64(Double(issued + dropped) / rate * 1e9))
        guard due <= now else { return wake(at: due) }
      }
      guard let lane = idle.popLast() else { return }
      issued += 1
      sent += 1
      if let count = left { left = count - 1 }
      let (request, isPut) = requests.next()
      lane.send(request, isPut: isPut, due: due)
    }
  }

  // Between thousands of requests replies are read, or they would wait here longest of all.
  private func rest() {
    isResting = true
    loop.assumeIsolated().execute {
      self.isResting = false
      self.dispatch()
    }
  }

  // Requests that fell due while every lane was busy, all but the newest.
  private func dropLate(_ now: NIODeadline, _ rate: Double) {
    let due = Int(Double((now - start).nanoseconds) / 1e9 * rate)
    let late = due - issued - dropped
    if late > idle.count { dropped += late - idle.count }
  }

  private func wake(at due: NIODeadline) {
    alarm?.cancel()
    alarm = loop.assumeIsolated().scheduleTask(deadline: min(due, end ?? due)) { self.dispatch() }
  }

  private func closeIdle() {
    alarm?.cancel()
    for lane in idle { lane.close() }
    open -= idle.count
    idle = []
    guard open == 0 else { return }
    // Those who are told to come back later after the end were not served, nor kept others waiting.
    let last = max(lastAnswer, min(end ?? .now(), .now()))
    tally.seconds = Double((last - start).nanoseconds) / 1e9
    if let rate = plan.rate, end != nil {
      tally.notSent = UInt64(max(0, rate * tally.seconds - Double(issued) - 1))
    }
    if let end { pausedUntil(min(end, .now())) }
    promise.succeed(tally)
  }
}
