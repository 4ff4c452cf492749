internal import BinaryCodec
internal import ClientProtocol
internal import RaftTypes

/// What the chosen entries mean, worked out by a `ReferenceStore`: clients may be told that and
/// nothing else.
struct AnswerBook {
  private var store = ReferenceStore()
  /// The newest revision, and the oldest that may still be asked for, after each index.
  private var revisions: [(newest: UInt64, oldest: UInt64)] = [(1, 1)]
  /// What a command answered, each time that it was chosen.
  private var answers: [Bytes: [CommandResult]] = [:]

  /// Takes the entries one by one, from index 1 on.
  mutating func chosen(_ entry: Entry) {
    store.advance(to: entry.logTime)
    if case .command(let bytes) = entry.payload {
      if let command = try? Command(decoding: bytes) {
        answers[bytes, default: []].append(store.apply(command, at: entry.index))
      }
    }
    revisions.append((store.revision, max(store.compacted, 1)))
  }

  /// A client was told that its command did this.
  func check(
    _ command: Bytes, _ result: CommandResult, _ stamp: ReplyStamp
  ) throws(Violation) {
    guard let right = answers[command] else {
      throw Violation("answers: \(stamp.node) tells of a command that no chosen entry holds")
    }
    guard right.contains(result) else {
      throw Violation("answers: \(stamp.node) says \(result), right is \(right)")
    }
  }

  /// A client was told that a query found this.
  func check(
    _ query: RangeQuery, _ result: RangeResult, _ stamp: ReplyStamp
  ) throws(Violation) {
    let newest = Revision(revisions[Int(stamp.index.number)].newest)
    let right = store.read(query, newest: newest)
    guard result == right else {
      throw Violation(
        "answers: \(stamp.node) at \(stamp.index) finds \(result) for \(query), right is \(right)")
    }
  }

  /// A client was told that the revision it asks for is forgotten.
  func checkForgotten(_ query: RangeQuery, _ stamp: ReplyStamp) throws(Violation) {
    let oldest = revisions[Int(stamp.index.number)].oldest
    guard let asked = query.revision?.number, asked < oldest else {
      throw Violation(
        "answers: \(stamp.node) at \(stamp.index) has forgotten "
          + "\(query.revision?.number ?? 0), compacted is \(oldest)")
    }
  }
}
