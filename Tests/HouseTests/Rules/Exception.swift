/// A file that may break a rule, and why. One that is no longer needed fails a test of its own.
struct Exception: Sendable {
  let path: String
  let rule: String
  let reason: String

  func covers(_ finding: Rule.Finding, of rule: Rule, in file: SourceFile) -> Bool {
    file.path == path && rule.name == self.rule
  }

  static let all: [Exception] = [
    Exception(
      path: "Sources/1-Vocabulary/RaftTypes/Identities.swift", rule: "file name",
      reason: "numbers with a type of their own, a few lines each, read together")
  ]
}
