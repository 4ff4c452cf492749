/// Something that must never happen did: the end of the run.
public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  /// The promise that was broken, without what is particular to one run: equal for runs that fail
  /// in the same way.
  public var promise: String {
    let line = description.prefix { $0 != "\n" }
    let name = line.prefix { $0 != ":" }
    if name.count < line.count, !name.contains(where: \.isNumber) { return String(name) }
    var text = ""
    for character in line {
      if !character.isNumber {
        text.append(character)
      } else if text.last != "…" {
        text.append("…")
      }
    }
    return text
  }
}
