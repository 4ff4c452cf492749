/// Makes one source out of a source and its mutants, from which a running program chooses.
///
/// A function that mutants change is written once for each of them and once as it is, side by side
/// in a `switch` over the number of the active mutant. So mutants of the same lines need not know
/// of each other, and a hunk may be anything that stands inside a function: a `guard`, a `let`, an
/// argument.
struct Weaver {
  private struct Change {
    let number: Int
    let range: Range<Int>
    let replacement: String
  }
  private struct Body {
    let range: Range<Int>
    var changes: [Change] = []
  }

  private let path: String
  private let source: [UInt8]
  private let outline: CodeOutline
  private var bodies: [Body] = []

  private init(_ path: String, _ source: String) {
    self.path = path
    self.source = Array(source.utf8)
    outline = CodeOutline(self.source)
  }

  /// - Parameters:
  ///   - path: of the source, relative to the root.
  ///   - mutants: with the numbers that choose them; 0 is nobody's.
  static func weave(
    _ path: String, _ source: String, _ mutants: [(number: Int, mutant: Mutant)]
  ) throws(MutantError) -> String {
    var weaver = Weaver(path, source)
    for (number, mutant) in mutants {
      for hunk in mutant.hunks where hunk.source == path {
        try weaver.add(hunk, of: mutant, number)
      }
    }
    return weaver.woven()
  }

  private mutating func add(
    _ hunk: Mutant.Hunk, of mutant: Mutant, _ number: Int
  ) throws(MutantError) {
    let first = String(hunk.original.prefix { $0 != "\n" })
    let places = places(of: Array(hunk.original.utf8))
    guard let range = places.first, places.count == 1 else {
      throw .lines(
        mutant: mutant.name, source: path, first: first, occurrences: places.count)
    }
    let change = Self.narrowed(
      Change(number: number, range: range, replacement: hunk.replacement), hunk)
    guard let body = outline.body(around: change.range) else {
      throw .outsideFunction(mutant: mutant.name, source: path, first: first)
    }
    if let known = bodies.firstIndex(where: { $0.range == body }) {
      bodies[known].changes.append(change)
    } else {
      bodies.append(Body(range: body, changes: [change]))
    }
  }

  // What both begin and end with stays: a whole function on one line is more than its inside.
  private static func narrowed(_ change: Change, _ hunk: Mutant.Hunk) -> Change {
    let (old, new) = (Array(hunk.original.utf8), Array(hunk.replacement.utf8))
    let least = min(old.count, new.count)
    var front = 0
    while front < least, old[front] == new[front] { front += 1 }
    var back = 0
    while back < least - front, old[old.count - 1 - back] == new[new.count - 1 - back] {
      back += 1
    }
    return Change(
      number: change.number,
      range: change.range.lowerBound + front..<change.range.upperBound - back,
      replacement: String(decoding: new[front..<new.count - back], as: UTF8.self))
  }

  /// Where these whole lines stand.
  private func places(of lines: [UInt8]) -> [Range<Int>] {
    let newline = UInt8(ascii: "\n")
    return source.indices.compactMap { start in
      guard source[start] == lines[0], start == 0 || source[start - 1] == newline else {
        return nil
      }
      let end = start + lines.count
      guard end <= source.count, end == source.count || source[end] == newline else { return nil }
      return source[start..<end].elementsEqual(lines) ? start..<end : nil
    }
  }

  private func woven() -> String {
    var text = "internal import \(MutatedPackage.switchModule)\n"
    var done = 0
    for body in bodies.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      text += string(done..<body.range.lowerBound) + "\nswitch activeMutant {\n"
      for number in Set(body.changes.map(\.number)).sorted() {
        text += "case \(number):\n" + variant(body, number) + "\n"
      }
      text += "default:\n" + string(body.range) + "\n}\n"
      done = body.range.upperBound
    }
    return text + string(done..<source.count)
  }

  private func variant(_ body: Body, _ number: Int) -> String {
    var text = ""
    var done = body.range.lowerBound
    let own = body.changes.filter { $0.number == number }
    for change in own.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      text += string(done..<change.range.lowerBound) + change.replacement
      done = change.range.upperBound
    }
    text += string(done..<body.range.upperBound)
    let isEmpty = text.allSatisfy(\.isWhitespace)
    return isEmpty ? "break" : text
  }

  private func string(_ range: Range<Int>) -> String {
    String(decoding: source[range], as: UTF8.self)
  }
}
