import ArgumentParser

/// The part that reads what valgrind wrote.
struct JudgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge", abstract: "Compares callgrind's accounts of a run with the baseline.",
    discussion: "Exit status: 0 held or renewed, 1 not held, 3 not judged.")

  @Option(help: "What valgrind was given as --callgrind-out-file.")
  var profile: String
  @Option(help: "The file with the baseline.")
  var baseline: String
  @Option(help: "Compiler and target.")
  var compiler: String
  @Flag(help: "Write the baseline instead.")
  var renew = false
  @Option(help: "Show so many of the costliest functions of every load.")
  var top = 0

  func run() throws {
    let accounts = try Accounts(at: profile)
    let costs = accounts.loads.map(\.cost)
    let measured = Baseline(compiler: compiler, costs: costs)
    if renew {
      try TextFile.write(measured.text, to: baseline)
      print(measured.text, terminator: "")
      return show(accounts, top)
    }
    guard let known = Baseline(try TextFile.read(baseline)) else {
      throw ValidationError("\(baseline) is no baseline: renew it")
    }
    guard known.compiler == compiler else {
      print(measured.text, terminator: "")
      print(
        """
        NOT JUDGED: the baseline is of \(known.compiler),
        and other compilers make other instructions. Renew it with the change of the compiler:
        scripts/instructions --renew
        """)
      throw ExitCode(3)
    }
    var failed: [String] = []
    for cost in costs {
      guard let base = known.costs.first(where: { $0.load == cost.load }) else {
        print("\(cost.load): not in the baseline; renew it")
        failed.append(cost.load)
        continue
      }
      let verdict = Verdict(cost: cost, baseline: base)
      print(verdict.sentence)
      if !verdict.isHeld { failed.append(cost.load) }
    }
    show(accounts, top, of: failed.isEmpty ? nil : failed)
    if !failed.isEmpty {
      print("If the change is meant: scripts/instructions --renew, and say why in the commit.")
      throw ExitCode(1)
    }
  }

  private func show(_ accounts: Accounts, _ count: Int, of failed: [String]? = nil) {
    let count = count == 0 && failed != nil ? 25 : count
    guard count > 0 else { return }
    for load in accounts.loads where failed?.contains(load.cost.load) ?? true {
      print("\n\(load.cost.load): instructions and calls a request, by function")
      let functions = load.profile.functions.sorted {
        ($1.value.own, $0.key) < ($0.value.own, $1.key)
      }
      for (name, function) in functions.prefix(count) {
        let (own, calls) = (function.own / load.requests, function.calls * 10 / load.requests)
        print("\("\(own)".padded(to: 8))\("\(calls / 10).\(calls % 10)".padded(to: 8))  \(name)")
      }
    }
  }
}
