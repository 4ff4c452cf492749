/// A made-up file for a rule to bite on.
enum Sample {
  static let pure = "Sources/4-Replica/Replica/Sample.swift"
  static let world = "Sources/5-World/NodeRuntime/Sample.swift"

  /// The lines at which `rule` fires.
  static func lines(_ rule: Rule, _ text: String, at path: String = pure) -> [Int] {
    rule.findings(SourceFile(path: path, text: text)).map(\.line)
  }
}
