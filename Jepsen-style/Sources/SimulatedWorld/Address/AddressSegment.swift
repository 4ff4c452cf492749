internal import Determinism
internal import RaftTypes

/// The network segment that the virtual IP lives on: who would answer for it now.
///
/// On loopback whoever has the socket has the address, and a second one is refused until it is
/// closed. On an interface every machine's kernel decides alone until when it answers, whatever
/// becomes of its processes; nothing there keeps two from answering at once. That is the policy's
/// task, and here it is checked.
struct AddressSegment {
  private struct Answer {
    var term: Term
    var until: Instant
  }

  // By place.
  private var answers: [Answer?]
  private(set) var changes = 0

  init(places: Int) { answers = Array(repeating: nil, count: places) }

  /// Who answers at `now`: nobody or one, unless something went wrong.
  func holders(at now: Instant) -> [Int] {
    answers.indices.filter { (answers[$0]?.until ?? now) > now }
  }

  /// The term in which `place` answers, if it does.
  func term(of place: Int, at now: Instant) -> Term? {
    answers[place].flatMap { $0.until > now ? $0.term : nil }
  }

  /// `place` answers from now on.
  mutating func open(_ place: Int, in term: Term, until: Instant) {
    answers[place] = Answer(term: term, until: until)
    changes += 1
  }

  /// `place` goes on answering, if it does for this term.
  mutating func renew(_ place: Int, in term: Term, until: Instant) {
    guard let answer = answers[place], answer.term == term else { return }
    answers[place]?.until = max(answer.until, until)
  }

  mutating func shut(_ place: Int) { answers[place] = nil }
}
