/// One account of callgrind: what each function cost by itself, and how often it was called
/// (callgrind's manual, "Callgrind Format Specification").
struct Profile {
  /// One function's share.
  struct Function {
    /// Instructions in it and not in what it called.
    var own = 0
    var calls = 0
  }

  /// Which account of its run this is, from 1.
  private(set) var part = 0
  /// Instructions in all.
  private(set) var total = 0
  /// Keyed by symbol; ordered where it is shown.
  private(set) var functions: [String: Function] = [:]

  private var names: [Substring: String] = [:]
  private var current = ""
  private var called = ""
  private var isCost = true

  init(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) { read(line) }
  }

  /// Every function costs what it did in `self` more than in `other`.
  func less(_ other: Profile) -> Profile {
    var rest = self
    rest.total -= other.total
    for (name, function) in other.functions {
      rest.functions[name, default: Function()].own -= function.own
      rest.functions[name, default: Function()].calls -= function.calls
    }
    return rest
  }

  /// How often one of these functions was called.
  func calls(of names: [String]) -> Int {
    names.reduce(0) { $0 + (functions[$1]?.calls ?? 0) }
  }

  // A line of costs belongs to the function named last; behind a line `calls=` it is what the call
  // cost inclusively, which the callee has by itself.
  private mutating func read(_ line: Substring) {
    guard let first = line.utf8.first else { return }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "*"):
      if isCost, let cost = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
        functions[current, default: Function()].own += cost
      }
      isCost = true
    case _:
      if let name = line.value(of: "fn=") {
        current = resolve(name)
      } else if let name = line.value(of: "cfn=") {
        called = resolve(name)
      } else if let count = line.value(of: "calls=") {
        let number = count.split(separator: " ").first.flatMap { Int($0) } ?? 0
        functions[called, default: Function()].calls += number
        isCost = false
      } else if let number = line.value(of: "part: ") {
        part = Int(number) ?? 0
      } else if let number = line.value(of: "totals: ") {
        total = Int(number) ?? 0
      }
    }
  }

  // "(12) name" where a name comes for the first time, "(12)" from then on.
  private mutating func resolve(_ name: Substring) -> String {
    guard name.first == "(", let end = name.firstIndex(of: ")") else { return String(name) }
    let number = name[...end]
    let rest = name[name.index(after: end)...].drop { $0 == " " }
    if !rest.isEmpty { names[number] = String(rest) }
    return names[number] ?? String(number)
  }
}

extension Substring {
  fileprivate func value(of key: String) -> Substring? {
    hasPrefix(key) ? dropFirst(key.count) : nil
  }
}
