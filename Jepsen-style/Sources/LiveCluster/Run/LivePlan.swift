/// The runs of one command: one, or a matrix of workloads and nemeses.
package struct LivePlan: Sendable {
  private var cells: [LiveOptions] = []
  /// What `all` would have meant on another machine.
  private var uncovered: [String] = []

  /// - Throws: when a word is none, or when what was asked for by name cannot be done here.
  package init(
    workloads: String, nemeses: String, matrix: Bool, seconds: Int, nodes: Int, seed: UInt64,
    network: LiveOptions.NetworkKind, folder: String
  ) throws(LiveFailure) {
    if network == .netns, let obstacle = NamespaceNetwork.obstacle { throw LiveFailure(obstacle) }
    let abilities: [Trouble] =
      network == .proxy ? ProxyNetwork.abilities : NamespaceNetwork.abilities
    let workloads: [WorkloadKind] = try Self.read(workloads)
    var kinds: [NemesisKind] = try Self.read(nemeses)
    if nemeses == "all" {
      for kind in kinds {
        guard let obstacle = kind.obstacle(abilities) else { continue }
        uncovered.append("not covered: \(kind.rawValue): \(obstacle)")
      }
      kinds.removeAll { $0.obstacle(abilities) != nil }
    } else {
      for kind in kinds {
        guard let obstacle = kind.obstacle(abilities) else { continue }
        throw LiveFailure("\(kind.rawValue) cannot be injected here: \(obstacle)")
      }
    }
    let columns = matrix ? kinds.map { [$0] } + [kinds] : [kinds]
    for workload in workloads {
      for column in columns {
        let name = column.count > 1 && matrix ? "mixture" : column.words
        let isOnly = workloads.count == 1 && columns.count == 1
        cells.append(
          LiveOptions(
            workload: workload, nemeses: column, seconds: seconds, nodes: nodes,
            seed: seed + UInt64(cells.count), network: network,
            folder: isOnly ? folder : "\(folder)/\(workload)-\(name)"))
      }
    }
  }

  /// Runs them one after the other; the worst conclusion.
  package func run(_ tell: @Sendable (String) -> Void) async throws -> LiveVerdict.Conclusion {
    for line in uncovered { tell(line) }
    var verdicts: [LiveVerdict] = []
    for options in cells {
      if cells.count == 1 { tell("seed \(options.seed), report in \(options.folder)") }
      let verdict = try await LiveRun(options).run()
      verdicts.append(verdict)
      if cells.count > 1, verdict.conclusion == .passed {
        // Half a gigabyte of disks a run; the logs stay, and all of a run that failed.
        for node in 1...options.nodes { Folder.empty("\(options.folder)/nodes/n\(node)") }
      }
      tell(cells.count == 1 ? "\(verdict)" : verdict.line)
    }
    if cells.count > 1 {
      let passed = verdicts.count { $0.conclusion == .passed }
      let seconds = verdicts.reduce(0) { $0 + $1.options.seconds }
      tell("\(passed) of \(cells.count) runs passed, \(seconds) s in all")
      for verdict in verdicts where verdict.conclusion != .passed { tell("\(verdict)") }
    }
    return verdicts.map(\.conclusion).max { $0.rawValue < $1.rawValue } ?? .harnessFailure
  }

  private static func read<Word: RawRepresentable & CaseIterable>(
    _ text: String
  ) throws(LiveFailure) -> [Word] where Word.RawValue == String {
    if text == "all" { return Array(Word.allCases) }
    var words: [Word] = []
    for part in text.split(separator: ",") {
      guard let word = Word(rawValue: String(part)) else {
        let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
        throw LiveFailure("\(part) is none of \(known)")
      }
      words.append(word)
    }
    guard !words.isEmpty else { throw LiveFailure("name at least one") }
    return words
  }
}

extension [NemesisKind] {
  /// For the name of a folder.
  var words: String { map(\.rawValue).joined(separator: "-") }
}
