import Determinism
import GuardProtocol
import NetworkTypes
import RaftTypes

// From a claim to its end.
extension Keeper {
  /// Asks the segment who has the addresses.
  func ask() {
    guard let client else { return }
    let question = Question(asked: kernel.now())
    self.client?.question = question
    for place in client.hello.places { kernel.probe(place) }
  }

  func claim(_ term: Term, until: Instant) throws(CannotLetGo) -> [GuardReply] {
    try letGo(resetting: true)
    guard let client else { return [] }
    let now = kernel.now()
    if let newest, term < newest.term { return [.refused(term, .staleTerm(known: newest.term))] }
    guard now < until else { return [.refused(term, .late)] }
    for place in client.hello.places where !kernel.hasCarrier(place) {
      return [.refused(term, .unavailable("\(place.interface) has no carrier"))]
    }
    remember(term, of: client.hello.cluster)
    self.client?.phase = .asking(term, until: until)
    let isFresh = client.question.map { now < $0.asked + Limits.silence && $0.answer == nil }
    if isFresh != true { ask() }
    return try conclude(at: now)
  }

  /// Takes the addresses once the question has had its time.
  func conclude(at now: Instant) throws(CannotLetGo) -> [GuardReply] {
    guard let client, case .asking(let term, let until) = client.phase else { return [] }
    guard now < until else {
      self.client?.phase = .free
      return [.refused(term, .late)]
    }
    guard let question = client.question, now >= question.asked + Limits.answer else { return [] }
    return try take(term, until: until, at: now)
  }

  private func take(
    _ term: Term, until: Instant, at now: Instant
  ) throws(CannotLetGo) -> [GuardReply] {
    guard let client else { return [] }
    // A question counts once: the next claim asks anew.
    self.client?.question = nil
    let holding = Holding(
      term: term, until: until, since: now, keepAgain: now + keepPeriod, announceAt: now,
      watchAt: now + Limits.watchPeriod)
    self.client?.phase = .holding(holding)
    var refusal: GuardRefusal?
    do throws(MachineFault) {
      if try !open(client.hello.places, until: until) { refusal = .late }
      if refusal == nil { try keep(client.hello.places) }
      if kernel.now() >= until { refusal = .late }
    } catch {
      refusal = .unavailable(error.description)
    }
    if let refusal {
      try letGo(resetting: false)
      return [.refused(term, refusal)]
    }
    return [.claimed(term)] + announceOnSchedule(at: now)
  }

  private func open(
    _ places: [GuardHello.Place], until: Instant
  ) throws(MachineFault) -> Bool {
    for place in places where try !kernel.open(place, until: until) { return false }
    return true
  }

  private func keep(_ places: [GuardHello.Place]) throws(MachineFault) {
    for place in places { try kernel.keep(place) }
  }

  /// A third of the kernel's lifetime: every listener of the host hears a renewal, the gate alone
  /// is renewed each time.
  private var keepPeriod: TimeSpan {
    TimeSpan.seconds(UInt64(client?.hello.lifetimeSeconds ?? 0)) / 3
  }

  func renew(_ term: Term, until: Instant) throws(CannotLetGo) -> [GuardReply] {
    guard let client else { return [] }
    switch client.phase {
    case .free: return []
    case .asking(let asked, let old):
      if asked == term, until > old { self.client?.phase = .asking(term, until: until) }
      return []
    case .holding(var holding):
      // What lay in the queue for too long renews nothing; the deadline that stands ends it.
      let now = kernel.now()
      guard holding.term == term, until > holding.until, now < until else { return [] }
      var isInTime = true
      var fault: MachineFault?
      do throws(MachineFault) {
        isInTime = try open(client.hello.places, until: until)
        if now >= holding.keepAgain {
          try keep(client.hello.places)
          holding.keepAgain = now + keepPeriod
        }
      } catch {
        fault = error
      }
      if let fault { return try lose(.deleted) + [.unusable(fault.description)] }
      holding.until = until
      self.client?.phase = .holding(holding)
      // Frozen between the first look at the clock and here, it would have opened after the end.
      return isInTime && kernel.now() < until ? [] : try lose(.expired)
    }
  }

  /// Lets go of everything, unasked.
  func lose(_ loss: GuardLoss) throws(CannotLetGo) -> [GuardReply] {
    guard let term = holding?.term else { return [] }
    try letGo(resetting: false)
    return [.lost(term, loss)]
  }
}
