/// Something that must never happen did: the end of the run.
public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
