import Determinism
import GuardProtocol
import NetworkTypes

// What happens while time passes, and what others do.
extension Keeper {
  /// Does what is due.
  func pass() throws(CannotLetGo) -> [GuardReply] {
    guard let client else { return [] }
    let now = kernel.now()
    switch client.phase {
    case .free: return []
    case .asking: return try conclude(at: now)
    case .holding(let holding):
      guard now < holding.until else { return try lose(.expired) }
      tickleSome(holding)
      if now >= holding.watchAt {
        for place in client.hello.places { kernel.probe(place) }
        change { $0.watchAt = now + Limits.watchPeriod }
      }
      return now >= holding.announceAt ? announceOnSchedule(at: now) : []
    }
  }

  /// Some of those who are to be told: no renewal must wait until all are.
  private func tickleSome(_ holding: Holding) {
    let some = holding.untold.prefix(Limits.ticklesOfTurn)
    guard !some.isEmpty else { return }
    kernel.tickle(Array(some))
    change { $0.untold.removeFirst(some.count) }
  }

  /// Answers what happened on the host or on a segment.
  func notice(_ event: MachineEvent) throws(CannotLetGo) -> [GuardReply] {
    guard let client else { return [] }
    switch event {
    case .carrierLost(let interface):
      guard client.hello.places.contains(where: { $0.interface == interface }) else { return [] }
      return try lose(.carrier) + [.carrier(false)]
    case .carrierBack(let interface):
      guard client.hello.places.contains(where: { $0.interface == interface }) else { return [] }
      let isWhole = client.hello.places.allSatisfy { kernel.hasCarrier($0) }
      return announce() + (isWhole ? [.carrier(true)] : [])
    case .interfaceGone(let interface):
      guard client.hello.places.contains(where: { $0.interface == interface }) else { return [] }
      return try lose(.carrier) + [.unusable("the interface \(interface) is gone")]
    case .addressRemoved(let address):
      guard let place = client.hello.places.first(where: { $0.address == address }) else {
        return []
      }
      return try reassert(place)
    case .claimed(let address, let stranger):
      guard client.hello.places.contains(where: { $0.address == address }) else { return [] }
      return meet(stranger, on: address)
    }
  }

  /// Announces now; the schedule goes on as it was.
  func announce() -> [GuardReply] {
    guard let client, let holding else { return [] }
    for place in client.hello.places { kernel.announce(place) }
    return [.announced(holding.term, at: kernel.now())]
  }

  func announceOnSchedule(at now: Instant) -> [GuardReply] {
    let replies = announce()
    change { holding in
      holding.announced += 1
      // Counted from the claim, not from the last frame: a late one does not delay the rest.
      holding.announceAt =
        Limits.announcements.indices.contains(holding.announced)
        ? holding.since + Limits.announcements[holding.announced]
        : now + Limits.announcementPeriod
    }
    return replies
  }

  private func reassert(_ place: GuardHello.Place) throws(CannotLetGo) -> [GuardReply] {
    guard let holding else { return [] }
    guard kernel.now() < holding.until else { return try lose(.expired) }
    guard holding.reassertions < Limits.reassertions else { return try lose(.deleted) }
    change { $0.reassertions += 1 }
    do throws(MachineFault) {
      try kernel.keep(place)
    } catch {
      return try lose(.deleted) + [.unusable(error.description)]
    }
    return announce()
  }

  /// Somebody else says that it has the address. Before a claim that is an answer, and reason to
  /// keep off; while the lease is valid the address is ours by right, and the alarm is for people.
  private func meet(_ stranger: HardwareAddress, on address: IPAddress) -> [GuardReply] {
    guard let client else { return [] }
    switch client.phase {
    case .free:
      // Most often the holder: remembered only as the answer to a question.
      self.client?.question?.answer = stranger
      return []
    case .asking(let term, _):
      self.client?.phase = .free
      self.client?.question = nil
      return [.conflict(address, stranger), .refused(term, .conflict(stranger))]
    case .holding(let holding):
      let now = kernel.now()
      guard now < holding.until else { return [] }
      var replies: [GuardReply] = []
      let isKnown = holding.alarm.map { $0.stranger == stranger && now < $0.at + Limits.alarm }
      if isKnown != true {
        change { $0.alarm = Alarm(stranger: stranger, at: now) }
        replies.append(.conflict(address, stranger))
      }
      if holding.defended.map({ now >= $0 + Limits.defence }) ?? true {
        change { $0.defended = now }
        replies += announce()
      }
      return replies
    }
  }

  /// Changes the hold, if there is one.
  func change(_ body: (inout Holding) -> Void) {
    guard case .holding(var holding) = client?.phase else { return }
    body(&holding)
    client?.phase = .holding(holding)
  }
}
