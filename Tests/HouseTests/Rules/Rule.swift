/// One rule of the house: a name to quote, and where a file breaks it.
struct Rule: Sendable {
  struct Finding: Equatable, Sendable {
    let line: Int
    let note: String
  }

  let name: String
  let findings: @Sendable (SourceFile) -> [Finding]

  static let all: [Rule] =
    SizeRules.all + WordRules.all + OrderRules.all + ImportRules.all + NameRules.all
    + DocumentationRules.all

  /// Every breach in `files`, as `file:line: rule: note`, but for those that are excepted.
  static func breaches(in files: [SourceFile], of rules: [Rule] = all) -> [String] {
    files.flatMap { file in
      rules.flatMap { rule in
        rule.findings(file).filter { finding in
          !Exception.all.contains { $0.covers(finding, of: rule, in: file) }
        }.map { "\(file.path):\($0.line): \(rule.name): \($0.note)" }
      }
    }
  }
}
