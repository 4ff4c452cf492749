/// The command line, checked for words that mean nothing: a mistyped option must not be ignored in
/// silence.
struct Flags {
  /// The configuration file, if one is named.
  let file: String?

  init(_ arguments: [String]) throws(ConfigurationFault) {
    var file: String?
    var rest = arguments.dropFirst()
    let known = ConfigurationKey.allCases.map(\.flag) + ["--config"]
    while let word = rest.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let flag = String(parts[0])
      guard known.contains(flag) else { throw .unknownFlag(word) }
      guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty
      else { throw .missingValue(flag) }
      if flag == "--config" { file = value }
    }
    self.file = file
  }
}
