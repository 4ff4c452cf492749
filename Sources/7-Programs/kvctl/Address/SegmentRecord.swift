internal import Determinism
internal import NetworkTypes

/// What an observer concludes from who claimed an address, and when; a value, fed in the order of
/// the wire.
///
/// A question goes out every few milliseconds, so a holder is heard as often. Two MACs in turn are a
/// move, or two holders; they are told apart by what follows: a holder that is replaced is heard no
/// more. So whoever is heard between two frames of another, for a stay shorter than any move takes,
/// is a second holder; and so is whoever answers a question that another has answered.
struct SegmentRecord: Equatable {
  /// What was concluded, as soon as it was.
  enum Finding: Equatable {
    /// The first that was heard, or heard again after nobody was, from this instant on.
    case held(by: HardwareAddress, at: Instant)
    /// Another one than before. `silence`: from the last frame of the old to the first of the new.
    case moved(from: HardwareAddress, to: HardwareAddress, at: Instant, silence: TimeSpan)
    /// Both were heard within this time.
    case twoHolders(HardwareAddress, HardwareAddress, from: Instant, until: Instant)
    /// At least two questions in a row had no answer. From the last frame before to the next one.
    case nobody(from: Instant, until: Instant)
  }

  /// The time in which one MAC, then another, then the first again cannot be two moves.
  let shortestStay: TimeSpan

  private(set) var questions = 0
  private(set) var frames = 0
  private(set) var moves = 0
  private(set) var overlaps = 0
  /// Of every time without a holder.
  private(set) var absences: [TimeSpan] = []
  /// Who was heard last, since when without another, and when last.
  private var current: Stay?
  private var before: Stay?
  private var answered: [HardwareAddress] = []
  private var unanswered = 0

  private struct Stay: Equatable {
    let holder: HardwareAddress
    let begin: Instant
    var end: Instant
  }

  init(shortestStay: TimeSpan = .milliseconds(50)) { self.shortestStay = shortestStay }

  /// A question goes out.
  mutating func asked() {
    questions += 1
    unanswered += 1
    answered.removeAll(keepingCapacity: true)
  }

  /// A frame claims the address.
  ///
  /// - Parameter isAnswer: to the question asked last, and not to everybody.
  mutating func heard(
    _ holder: HardwareAddress, isAnswer: Bool, at now: Instant
  ) -> [Finding] {
    frames += 1
    let missed = unanswered
    unanswered = 0
    var findings: [Finding] = []
    if isAnswer {
      if let other = answered.first(where: { $0 != holder }) {
        findings.append(overlap(other, holder, from: current?.end ?? now, until: now))
      }
      if !answered.contains(holder) { answered.append(holder) }
    }
    guard let last = current else {
      current = Stay(holder: holder, begin: now, end: now)
      return findings + [.held(by: holder, at: now)]
    }
    if missed > 2 {
      absences.append(now.since(last.end))
      findings.append(.nobody(from: last.end, until: now))
    }
    guard last.holder != holder else {
      current?.end = now
      return findings
    }
    if let before, before.holder == holder, now.since(before.end) < shortestStay {
      if findings.isEmpty {
        findings.append(overlap(last.holder, holder, from: before.end, until: now))
      }
    } else {
      moves += 1
      findings.append(
        .moved(from: last.holder, to: holder, at: now, silence: now.since(last.end)))
    }
    before = last
    current = Stay(holder: holder, begin: now, end: now)
    return findings
  }

  /// The observer stops: a time without a holder that is not over counts as long as it was.
  mutating func end(at now: Instant) -> [Finding] {
    guard unanswered > 2, let last = current else { return [] }
    absences.append(now.since(last.end))
    unanswered = 0
    return [.nobody(from: last.end, until: now)]
  }

  private mutating func overlap(
    _ one: HardwareAddress, _ other: HardwareAddress, from: Instant, until: Instant
  ) -> Finding {
    overlaps += 1
    return .twoHolders(min(one, other), max(one, other), from: from, until: until)
  }
}
