internal import Determinism
internal import NetworkTypes

/// What an observer concludes from who claimed an address, and when; a value, fed in the order of
/// the wire.
///
/// A question goes out every few milliseconds, so a holder is heard as often. Two MACs in turn are
/// a move, or two holders; they are told apart by what follows: a holder that is replaced is heard
/// no more. So whoever is heard between two frames of another, for a stay shorter than any move
/// takes, is a second holder; and so is whoever answers a question that another has answered.
struct SegmentRecord: Equatable {
  /// What was concluded, as soon as it was.
  enum Finding: Equatable {
    /// The first that was heard, or heard again after nobody was, from this instant on.
    case held(by: HardwareAddress, at: Instant)
    /// Another one than before. `silence`: from the last frame of the old to the first of the new.
    case moved(from: HardwareAddress, to: HardwareAddress, at: Instant, silence: TimeSpan)
    /// Both were heard within this time. Said when it is noticed, and no second time while it goes
    /// on.
    case twoHolders(HardwareAddress, HardwareAddress, from: Instant, until: Instant)
    /// At least two questions in a row had no answer. From the last frame before to the next one.
    case nobody(from: Instant, until: Instant)
  }

  /// The time in which one MAC, then another, then the first again cannot be two moves.
  let shortestStay: TimeSpan

  private(set) var questions = 0
  private(set) var frames = 0
  private(set) var moves = 0
  /// How often there were two holders at once, each time for however long.
  private(set) var overlaps = 0
  /// When two holders were noticed last.
  private var overlapped: Instant?
  /// Of every time without a holder.
  private(set) var absences: [TimeSpan] = []
  /// Who was heard last, and who before that.
  private var current: Stay?
  private var before: Stay?
  private var answered: [HardwareAddress] = []
  private var unanswered = 0

  private struct Stay: Equatable {
    let holder: HardwareAddress
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
    var other = isAnswer ? answered.first { $0 != holder } : nil
    if isAnswer, !answered.contains(holder) { answered.append(holder) }
    guard let last = current else {
      current = Stay(holder: holder, end: now)
      return [.held(by: holder, at: now)]
    }
    var findings: [Finding] = []
    if missed > 2 {
      absences.append(now.since(last.end))
      findings.append(.nobody(from: last.end, until: now))
    }
    guard last.holder != holder else {
      current?.end = now
      return findings
    }
    var begin = last.end
    if let before, before.holder == holder, now.since(before.end) < shortestStay {
      other = last.holder
      begin = before.end
    }
    if let other {
      let isNew = overlapped.map { now.since($0) >= shortestStay } ?? true
      overlapped = now
      if isNew {
        overlaps += 1
        findings.append(
          .twoHolders(min(other, holder), max(other, holder), from: begin, until: now))
      }
    } else {
      moves += 1
      findings.append(
        .moved(from: last.holder, to: holder, at: now, silence: now.since(last.end)))
    }
    before = last
    current = Stay(holder: holder, end: now)
    return findings
  }

  /// The observer stops: a time without a holder that is not over counts as long as it was.
  mutating func end(at now: Instant) -> [Finding] {
    guard unanswered > 2, let last = current else { return [] }
    absences.append(now.since(last.end))
    unanswered = 0
    return [.nobody(from: last.end, until: now)]
  }
}
