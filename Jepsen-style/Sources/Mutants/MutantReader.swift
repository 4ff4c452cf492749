/// Reads the format of a mutant's file; Mutants/README.md describes it.
struct MutantReader {
  private let name: String
  private var sentence: [String] = []
  private var fields: [(key: String, value: String, line: Int)] = []
  private var hunks: [Mutant.Hunk] = []
  private var source: String?
  // The hunk that is being read.
  private var original: [Substring] = []
  private var replacement: [Substring] = []

  private init(_ name: String) { self.name = name }

  /// - Parameter name: the file's, without its ending.
  static func read(_ text: String, name: String) throws(MutantError) -> Mutant {
    var reader = MutantReader(name)
    var count = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      count += 1
      try reader.take(line, count)
    }
    try reader.closeHunk(count)
    return try reader.mutant(count)
  }

  private mutating func take(_ line: Substring, _ number: Int) throws(MutantError) {
    let rest = line.dropFirst()
    switch line.first {
    case nil: try closeHunk(number)
    case "#": sentence.append(String(rest.drop { $0 == " " }))
    case "-": original.append(rest)
    case "+": replacement.append(rest)
    case " ":
      original.append(rest)
      replacement.append(rest)
    case _:
      guard let colon = line.firstIndex(of: ":") else {
        throw fault(number, "is no field, and begins with none of '-', '+', ' ' and '#'")
      }
      let value = String(line[line.index(after: colon)...].drop { $0 == " " })
      if line.hasPrefix("source:") {
        try closeHunk(number)
        source = value
      } else {
        fields.append((String(line[..<colon]), value, number))
      }
    }
  }

  private mutating func closeHunk(_ number: Int) throws(MutantError) {
    guard !original.isEmpty || !replacement.isEmpty else { return }
    guard !original.isEmpty else { throw fault(number, "nothing says where these lines go") }
    guard original != replacement else { throw fault(number, "nothing is changed here") }
    guard let source else { throw fault(number, "'source:' is missing before these lines") }
    hunks.append(
      Mutant.Hunk(
        source: source, original: original.joined(separator: "\n"),
        replacement: replacement.joined(separator: "\n")))
    (original, replacement) = ([], [])
  }

  private func mutant(_ end: Int) throws(MutantError) -> Mutant {
    for field in fields where !["pitfalls", "profile", "nodes"].contains(field.key) {
      throw fault(field.line, "'\(field.key)' is no field")
    }
    guard !sentence.isEmpty else { throw fault(end, "a sentence behind '#' is missing") }
    guard !hunks.isEmpty else { throw fault(end, "no line is replaced") }
    return Mutant(
      name: name, sentence: sentence.joined(separator: " "), pitfalls: try numbers("pitfalls"),
      profile: value("profile"), nodes: try numbers("nodes").first, hunks: hunks)
  }

  private func value(_ key: String) -> String? { fields.last { $0.key == key }?.value }

  private func numbers(_ key: String) throws(MutantError) -> [Int] {
    guard let field = fields.last(where: { $0.key == key }) else { return [] }
    var numbers: [Int] = []
    for part in field.value.split(whereSeparator: { $0 == "," || $0 == " " }) {
      guard let number = Int(part) else { throw fault(field.line, "'\(part)' is no number") }
      numbers.append(number)
    }
    return numbers
  }

  private func fault(_ line: Int, _ reason: String) -> MutantError {
    .malformed(mutant: name, line: line, reason: reason)
  }
}
