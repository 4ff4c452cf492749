public import RaftTypes

/// A place of the log as a running node holds it.
public enum HeldSlot: Hashable, Sendable {
  case entry(Entry)
  /// The body is on the disk alone: it left memory, and a `Recall` brings it back.
  case onDisk(LogPosition)
  /// The body rotted, and nobody has filled it yet.
  case faulty(LogPosition)

  init(_ slot: LogSlot) {
    self =
      switch slot {
      case .entry(let entry): .entry(entry)
      case .faulty(let position): .faulty(position)
      }
  }

  @inlinable public var position: LogPosition {
    switch self {
    case .entry(let entry): entry.position
    case .onDisk(let position), .faulty(let position): position
    }
  }
}
