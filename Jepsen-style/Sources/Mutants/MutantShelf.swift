import Foundation

/// All mutants of a work tree, in the order of their names; a mutant's number is its place from 1.
public struct MutantShelf: Sendable {
  public let mutants: [Mutant]
  /// The folder that holds Package.swift.
  let root: String

  /// Where the files stand, relative to the root.
  public static let folder = "Jepsen-style/Mutants"
  static let ending = ".mutant"

  /// Reads every mutant below `root`.
  public init(root: String) throws(MutantError) {
    self.root = root
    let folder = "\(root)/\(Self.folder)"
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw .unreadable(path: folder)
    }
    var mutants: [Mutant] = []
    for name in names.sorted() where name.hasSuffix(Self.ending) {
      let text = try Self.text(of: "\(folder)/\(name)")
      mutants.append(
        try MutantReader.read(text, name: String(name.dropLast(Self.ending.count))))
    }
    self.mutants = mutants
  }

  /// The sources that mutants change, each with all of them woven in. Every line of every mutant
  /// must still be there.
  public func wovenSources() throws(MutantError) -> [(path: String, text: String)] {
    let numbered = mutants.enumerated().map { (number: $0 + 1, mutant: $1) }
    var woven: [(path: String, text: String)] = []
    for path in Set(mutants.flatMap { $0.hunks.map(\.source) }).sorted() {
      let text = try Self.text(of: "\(root)/\(path)")
      woven.append((path, try Weaver.weave(path, text, numbered)))
    }
    return woven
  }

  static func text(of path: String) throws(MutantError) -> String {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw .unreadable(path: path)
    }
    return text
  }
}
