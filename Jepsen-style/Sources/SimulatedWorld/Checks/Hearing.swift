internal import Determinism
internal import RaftTypes

/// Whom a node heard, and when by its own boot clock, over all its lives.
struct Hearing {
  /// The term of the last leader it followed, and when it last heard that leader.
  private(set) var followed: (term: Term, at: Instant)?
  /// When it last heard any leader that it followed, whatever became of that one.
  private(set) var spoken: (term: Term, at: Instant)?
  /// When it last heard each place while it led `ledTerm`.
  private(set) var answers: [Instant?] = []
  private var ledTerm = Term.zero
  /// When each heartbeat round of that term left, the first one first, by the world's clock.
  private var rounds: [Instant] = []
  /// The newest round that each place has answered.
  private var answeredRounds: [UInt64] = []

  /// Who decides, and since when, as far as it has been looked at.
  private var deciders: (voters: [NodeID], since: Instant)?

  mutating func leaderSpoke(in term: Term, at now: Instant) {
    followed = (term, now)
    spoken = (term, now)
  }

  /// Somebody said that the term of that leader is over; it need not be waited for.
  mutating func leaderIsOver() { followed = nil }

  /// It leads that term at `now`.
  mutating func leads(_ term: Term, of places: Int, at now: Instant) {
    guard term != ledTerm else { return }
    ledTerm = term
    answers = Array(repeating: now, count: places)
    answeredRounds = Array(repeating: 0, count: places)
    rounds = []
  }

  mutating func answered(_ place: Int, at now: Instant) {
    if answers.indices.contains(place) { answers[place] = now }
  }

  mutating func asked(_ round: UInt64, at now: Instant) {
    while UInt64(rounds.count) < round { rounds.append(now) }
  }

  mutating func answered(_ place: Int, round: UInt64) {
    if answeredRounds.indices.contains(place) {
      answeredRounds[place] = max(answeredRounds[place], round)
    }
  }

  /// When the newest round left that a majority of `voters` has answered; nil when nobody else is
  /// needed.
  func newestProof(by voters: [NodeID], for own: NodeID) -> Instant? {
    let others = voters.filter { $0 != own }
      .map { place($0).map { answeredRounds[$0] } ?? 0 }.sorted(by: >)
    let needed = voters.count / 2 + (voters.contains(own) ? 0 : 1)
    guard needed > 0 else { return nil }
    let round = others.count < needed ? 0 : Int(others[needed - 1])
    return rounds.indices.contains(round - 1) ? rounds[round - 1] : Instant(nanoseconds: 0)
  }

  /// When it last heard somebody so that it and everybody heard later make a majority of `voters`;
  /// nil when nobody else is needed.
  func majorityHeard(of voters: [NodeID], by own: NodeID) -> Instant? {
    let others = voters.filter { $0 != own }
      .compactMap { place($0).flatMap { answers[$0] } }.sorted(by: >)
    let needed = voters.count / 2 + (voters.contains(own) ? 0 : 1)
    return needed == 0 || others.count < needed ? nil : others[needed - 1]
  }

  /// Since when these have decided: whoever became a voter just now is heard from now on.
  mutating func decides(_ voters: [NodeID], at now: Instant) -> Instant {
    if let deciders, deciders.voters == voters { return deciders.since }
    deciders = (voters, now)
    return now
  }

  private func place(_ id: NodeID) -> Int? {
    let place = Int(id.number) - 1
    return answers.indices.contains(place) ? place : nil
  }
}
