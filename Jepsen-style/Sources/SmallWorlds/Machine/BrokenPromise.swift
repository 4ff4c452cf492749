/// Something that must never happen has happened; says what, and to whom.
public struct BrokenPromise: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
