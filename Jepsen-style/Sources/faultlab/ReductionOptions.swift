import ArgumentParser
import Determinism
import SimulatedWorld

/// What a replay leaves out, as `faultlab shrink` prints it.
struct ReductionOptions: ParsableArguments {
  @Option(help: "Faults that are not injected, by number: 3,7-19.")
  var without = ""

  @Option(help: "When faults and clients end: 4.2s, 4200ms.")
  var until: SimulatedTime?

  @Option(help: "At most so many clients.")
  var clients: Int?

  @Option(help: "At most so many operations.")
  var operations: Int?

  @Option(
    help: "What does not happen: \(Reduction.Trait.allCases.map(\.rawValue).joined(separator: ","))"
  )
  var tame = ""

  func validate() throws {
    guard Reduction.ranges(without) != nil else {
      throw ValidationError("--without takes numbers and ranges of them: 3,7-19")
    }
    let words = tame.split(separator: ",")
    guard words.allSatisfy({ Reduction.Trait(rawValue: String($0)) != nil }) else {
      throw ValidationError("--tame takes words separated by commas, see --help")
    }
  }

  var reduction: Reduction {
    var reduction = Reduction()
    reduction.without = Reduction.ranges(without) ?? []
    reduction.until = until?.span
    reduction.clients = clients
    reduction.operations = operations
    reduction.tame = tame.split(separator: ",").compactMap { Reduction.Trait(rawValue: String($0)) }
    return reduction
  }
}

/// A length of virtual time on the command line.
struct SimulatedTime: ExpressibleByArgument {
  let span: TimeSpan

  init?(argument: String) {
    let isMilliseconds = argument.hasSuffix("ms")
    guard isMilliseconds || argument.hasSuffix("s"),
      let number = Double(argument.dropLast(isMilliseconds ? 2 : 1)), number >= 0, number < 1e9
    else { return nil }
    span = .microseconds(UInt64(number * (isMilliseconds ? 1e3 : 1e6)))
  }
}
