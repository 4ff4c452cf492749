public import ArgumentParser
import Foundation
public import Properties

/// `faultlab check`: a recorded history against the property it speaks of.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a recorded history (NDJSON, EDN or a Jepsen log).",
    discussion: "Exit status: 0 it holds, 1 it does not, 2 unreadable or undecided.")

  @Argument(help: "The file.")
  var file: String

  @Option(help: "Properties: \(Property.allCases.map(\.rawValue).joined(separator: ", ")).")
  var property: Property?

  func run() throws {
    guard let bytes = FileManager.default.contents(atPath: file) else {
      print("\(file) cannot be read")
      throw ExitCode(2)
    }
    let verdict = check(bytes, as: property)
    print(verdict)
    if verdict.exitCode != 0 { throw ExitCode(verdict.exitCode) }
  }
}

extension Property: ExpressibleByArgument {}
