/// Words that do not stand in this house, or not below the floor that has a world.
enum WordRules {
  static let all = [
    force, leftBehind, concurrency, clock, chance, printing, waiting,
  ]

  static let force = Rule(name: "no force") { file in
    file.swiftTokens.enumerated().filter { index, token in
      guard token.text == "!", index > 0 else { return false }
      let before = file.tokens[index - 1]
      let next = index + 1 < file.tokens.count ? file.tokens[index + 1] : nil
      let isInequality = next?.text == "=" && next?.isAttached == true
      let follows = before.isWord || [")", "]", "?"].contains(before.text)
      return token.isAttached && follows && !isInequality
    }.map { .init(line: $0.element.line, note: "unwrap with a condition, catch with a handler") }
  }

  static let leftBehind = Rule(name: "nothing left behind") { file in
    zip(1..., file.comments).flatMap { number, line in
      ["TODO", "FIXME", "XXX", "HACK"].filter { Token.words(of: line).contains($0) }
        .map { .init(line: number, note: "\($0): do it, or open an issue") }
    }
  }

  static let concurrency = below(
    "no concurrency below floor 5",
    ["async", "await", "Task", "TaskGroup", "actor", "MainActor", "DispatchQueue", "Thread"],
    note: "the threads of floor 5 call down, nothing below knows them")

  static let clock = below(
    "no clock below floor 5",
    [
      "ContinuousClock", "SuspendingClock", "Date", "DispatchTime", "clock_gettime", "time",
      "gettimeofday", "ProcessInfo",
    ],
    note: "time comes in with the input, as an Instant", unless: isNotACallOfTime)

  static let chance = below(
    "no chance below floor 5",
    [
      "random", "randomElement", "shuffled", "shuffle", "SystemRandomNumberGenerator",
      "arc4random", "getrandom", "hashValue", "Hasher",
    ],
    note: "Determinism.Dice has the only chance; Hasher is seeded anew in every process",
    unless: isReproducible)

  static let printing = below(
    "no print below floor 5", ["print", "debugPrint"], note: "give the caller a value",
    unless: { tokens, index in tokens.precedes(index, ".") || tokens.precedes(index, "func") })

  /// Tests wait for conditions, never for time; those of real processes and sockets may have to.
  static let waiting = Rule(name: "no sleep in tests") { file in
    guard file.isTest, file.highestFloorImported < Room.firstFloorWithAWorld else { return [] }
    return file.swiftTokens.filter { ["sleep", "usleep", "nanosleep"].contains($0.text) }
      .map { .init(line: $0.line, note: "step the clock that the code under test was given") }
  }

  private static func below(
    _ name: String, _ words: Set<String>, note: String,
    unless isHarmless: @escaping @Sendable ([Token], Int) -> Bool = { _, _ in false }
  ) -> Rule {
    Rule(name: name) { file in
      guard file.isBelowTheLine else { return [] }
      return file.swiftTokens.enumerated()
        .filter { words.contains($0.element.text) && !isHarmless(file.tokens, $0.offset) }
        .map { .init(line: $0.element.line, note: "\($0.element.text): \(note)") }
    }
  }

  // `time` is a fine name for a value; `time(` is the C library's.
  private static func isNotACallOfTime(_ tokens: [Token], _ index: Int) -> Bool {
    guard tokens[index].text == "time" else { return false }
    return !tokens.follows(index, "(") || tokens.precedes(index, ".")
      || tokens.precedes(index, "func")
  }

  // `shuffled(using:)` with seeded dice is what we want; `hash(into hasher: inout Hasher)` only
  // passes a hasher on.
  private static func isReproducible(_ tokens: [Token], _ index: Int) -> Bool {
    switch tokens[index].text {
    case "Hasher": tokens.precedes(index, "inout")
    case "shuffled", "shuffle", "randomElement", "random":
      tokens.precedes(index, "func") || !tokens.precedes(index, ".")
        || tokens.follows(index, "(", "using")
    default: false
    }
  }
}
