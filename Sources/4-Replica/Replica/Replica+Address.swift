internal import ClientProtocol
internal import Determinism
internal import KeyValueStore
internal import RaftCore
internal import RaftTypes
internal import VirtualIP

// The virtual IP: when this node may hold it, and for how long.
extension Replica {
  /// The ticket of entries that tell what became of a claim.
  static var deedTicket: Ticket { 2 }

  /// The lease and the address end before anything else of this step is done.
  mutating func relinquish(in term: Term) {
    hold.relinquished = term
    address(.mustRelease)
  }

  mutating func address(_ event: AddressEvent) {
    noteFitness(event)
    let wasHolding = ownership.isHolding
    if let action = ownership.step(event, at: now) { carryOut(action) }
    if !wasHolding, ownership.isHolding { wasTaken() }
    // A guard that is gone may have told the peers that this term's hold is over.
    if case .lost(let term, .guardGone) = event { relinquish(in: term) }
  }

  /// From a claim to its answer nobody can say that this term's holds are over: what carries it out
  /// may do so after the release that follows it, as long as the lease lasts.
  mutating func carryOut(_ action: AddressAction) {
    if case .claim = action { core.farewell = nil }
    effects.address.append(action)
  }

  private mutating func noteFitness(_ event: AddressEvent) {
    switch event {
    case .claimed: fitness.addressTaken()
    case .refused(_, .conflict), .refused(_, .unavailable), .lost(_, .conflict),
      .lost(_, .guardGone):
      fitness.addressFailed(at: now)
    case .refused(_, .busy), .lost(_, .carrier), .lost(_, .deleted), .lost(_, .expired), .mayHold,
      .leased, .mustRelease:
      break
    }
  }

  /// A leader that is not fit hands over to a follower that is, if there is one.
  mutating func tendFitness() {
    core.isFit = fitness.isFit(at: now, diskIsFull: diskIsFull)
    guard !core.isFit, core.isLeader, stopping == nil, now >= fitness.restUntil,
      core.hasFitSuccessor
    else { return }
    fitness.handsOver(at: now)
    inputs.append(.transfer(to: nil))
    stepCore()
  }

  /// Every earlier hold is over, and the log says so from now on; when this one ends, it will say
  /// that too.
  private mutating func wasTaken() {
    let held = AddressDeed.held.encoded()[...]
    proposals.append(Proposal(ticket: Self.deedTicket, payload: .address(held)))
    core.farewell = AddressDeed.released.encoded()[...]
    tickling = Tickling(inherited.inherit(in: core.term), at: now)
  }

  /// Asks for the address once the term's first entry is applied: from then on every request can be
  /// served. A quorum's word keeps it.
  mutating func tendAddress() {
    guard let terms = hold.terms else { return }
    if !ownership.isHolding {
      probeAhead(terms)
      askForAddress(terms)
    }
    guard let sent = core.leaseFrom else { return }
    address(.leased(core.term, until: sent + terms.lease))
  }

  /// While the term's first entry is on its way the segment can be asked.
  private mutating func probeAhead(_ terms: AddressTerms) {
    guard terms.waits, core.isLeader, hold.probed < core.term else { return }
    hold.probed = core.term
    effects.address.append(.probe)
  }

  private mutating func askForAddress(_ terms: AddressTerms) {
    guard stopping == nil, case .leader(let leadership) = core.role,
      store.appliedIndex >= leadership.termStart, core.term > hold.relinquished ?? .zero
    else { return }
    var from = Instant(nanoseconds: 0)
    if terms.waits {
      let linger = store.addresses.linger(
        before: core.term, for: settings.id, released: hold.released)
      if linger > .zero { from = leadership.heard + linger.stretched }
    }
    address(.mayHold(core.term, from: from))
  }

  /// A node that cannot keep what its claim promised must not act on that claim.
  mutating func addressTermsChanged(_ terms: AddressTerms) {
    let isWorse = terms.linger > hold.terms?.linger ?? .zero
    hold.terms = terms
    core.claim = hold.claim(by: settings.id)
    if isWorse, core.isLeader { relinquish(in: core.term) }
  }

  /// What a member held in that term is over: its successor need not wait for it.
  mutating func addressWasReleased(_ term: Term, by peer: NodeID) {
    guard term > hold.released?.term ?? .zero else { return }
    hold.released = AddressRelease(term: term, by: peer)
  }
}
