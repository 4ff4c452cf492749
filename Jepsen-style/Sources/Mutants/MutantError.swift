/// Why mutants cannot be built.
public enum MutantError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not a file, or not text: mend the path.
  case unreadable(path: String)
  /// A mutant's file breaks the format that Mutants/README.md describes: mend that line.
  case malformed(mutant: String, line: Int, reason: String)
  /// The lines to replace are not there, or more than once: bring the mutant up to date.
  case lines(mutant: String, source: String, first: String, occurrences: Int)
  /// The lines are not inside one function, and only functions are swapped: choose others.
  case outsideFunction(mutant: String, source: String, first: String)
  /// A file or folder of the copy cannot be written: free space, or choose another folder.
  case unwritable(path: String)
  /// The copy does not compile: read why.
  case build(log: String)

  public var description: String {
    switch self {
    case .unreadable(let path): "\(path) cannot be read"
    case .malformed(let mutant, let line, let reason): "\(mutant), line \(line): \(reason)"
    case .lines(let mutant, let source, let first, 0):
      "\(mutant): \(source) has no such lines any more: \(first)"
    case .lines(let mutant, let source, let first, let occurrences):
      "\(mutant): \(source) has these lines \(occurrences) times, add some around them: \(first)"
    case .outsideFunction(let mutant, let source, let first):
      "\(mutant): these lines of \(source) are not the inside of one function: \(first)"
    case .unwritable(let path): "\(path) cannot be written"
    case .build(let log): "the mutated copy does not compile:\n\(log)"
    }
  }
}
