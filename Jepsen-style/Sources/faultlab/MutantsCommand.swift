import ArgumentParser
import Foundation
import Mutants

/// `faultlab mutants`: bugs put in on purpose, and which checker finds each.
struct MutantsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mutants",
    abstract: "Builds a copy of the product with every mutant in it and hunts each with seeds.",
    discussion: """
      The product as it is must come out clean, every mutant must be killed, else the exit status is
      1. Jepsen-style/Mutants/README.md says how one is written.
      """)

  @Option(help: "How many seeds a mutant has to survive.")
  var seeds = 1000

  @Option(name: .customLong("only"), parsing: .upToNextOption, help: "Only these mutants.")
  var names: [String] = []

  @Option(help: "The folder that holds Package.swift.")
  var root = "."

  @Option(name: .customLong("keep"), help: "Where the copy is built, and stays for the next time.")
  var folder = ".build-mutants"

  func run() throws {
    let shelf = try MutantShelf(root: root)
    let known = shelf.mutants.map(\.name)
    for name in names where !known.contains(name) { throw ValidationError("no mutant \(name)") }
    let begun = ContinuousClock.now
    let copy = MutatedPackage(shelf, in: folder)
    try copy.build()
    print("\(known.count) mutants built in \(begun.duration(to: .now).components.seconds) s")
    try hunt(nil, copy.program, shelf)
    let killed = try hunt(names.isEmpty ? known : names, copy.program, shelf)
    print("in \(begun.duration(to: .now).components.seconds) s")
    if !killed { throw ExitCode(1) }
  }

  /// - Parameter names: nil: the product as it is.
  @discardableResult
  private func hunt(
    _ names: [String]?, _ program: String, _ shelf: MutantShelf
  ) throws -> Bool {
    var chosen: [(number: Int, mutant: Mutant?)] = []
    for (place, mutant) in shelf.mutants.enumerated() where names?.contains(mutant.name) == true {
      chosen.append((place + 1, mutant))
    }
    if names == nil { chosen = [(0, nil)] }
    var party = HuntingParty(
      program: program, chosen, seeds: names == nil ? min(seeds, Self.cleanSeeds) : seeds)
    var summary = HuntSummary()
    while let hunt = try party.next() {
      if names == nil, hunt.ending.isKill {
        print("the product itself fails: \(hunt.replay)    # \(hunt.ending.text)")
        throw ExitCode(1)
      }
      if names != nil { print(summary.add(hunt, shelf)) }
      // A line is read while the next hunt goes on.
      fflush(nil)
    }
    if names != nil { print(summary) }
    return summary.isComplete
  }

  // Enough to tell a harness that is broken itself.
  private static let cleanSeeds = 48
}

/// What all hunts together say.
struct HuntSummary: CustomStringConvertible {
  private var hunts: [Hunt] = []

  var isComplete: Bool { hunts.allSatisfy(\.ending.isKill) }

  /// - Returns: the line of the table.
  mutating func add(_ hunt: Hunt, _ shelf: MutantShelf) -> String {
    hunts.append(hunt)
    let mutant = shelf.mutants.first { $0.name == hunt.name }
    let pitfalls = mutant?.pitfalls.map(String.init).joined(separator: ",") ?? ""
    let name = hunt.name.padding(toLength: 40, withPad: " ", startingAt: 0)
    let numbers = pitfalls.padding(toLength: 9, withPad: " ", startingAt: 0)
    let seeds = String(repeating: " ", count: max(0, 4 - String(hunt.seeds).count))
    return "\(name) \(numbers)\(seeds)\(hunt.seeds)  \(hunt.ending.text)"
      + (hunt.ending.isKill ? "  (\(hunt.replay))" : "")
  }

  var description: String {
    let killed = hunts.filter(\.ending.isKill).map(\.seeds).sorted()
    guard !killed.isEmpty else { return "killed 0 of \(hunts.count)" }
    let soon = killed.filter { $0 <= 1000 }.count
    return """
      killed \(killed.count) of \(hunts.count), \(soon) of them within 1,000 seeds; median \
      \(killed[killed.count / 2]), most \(killed.last ?? 0) seeds
      """
  }
}

extension Hunt.Ending {
  fileprivate var text: String {
    switch self {
    case .broken(let what): what
    case .trapped(let signal): "the product's own check (signal \(signal))"
    case .hung: "a run does not end"
    case .survived: "SURVIVED"
    }
  }
}
