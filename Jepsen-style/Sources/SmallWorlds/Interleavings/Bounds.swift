/// How much of what costs depth may happen in one behaviour. Everything else is unbounded: any
/// message may arrive at any time or never, and a disk may take for ever.
///
/// A lost message needs no action of its own: it is one that does not arrive before the depth is
/// reached.
public struct Bounds: Hashable, Sendable {
  /// Deadlines that are met: elections that begin, heartbeats.
  public var expiries = 2
  /// Times that a node stops waiting for a silent leader.
  public var lingers = 1
  public var restarts = 1
  /// Messages that arrive twice.
  public var copies = 1
  public var proposals = 2
  /// Actions in one behaviour.
  public var depth = 12
  /// Distinct states, whatever the depth: one costs about 250 bytes.
  public var states = 4_000_000

  public init() {}
}

/// What of the bounds a behaviour has used up.
struct Spent: Hashable {
  var expiries: UInt8 = 0
  var lingers: UInt8 = 0
  var restarts: UInt8 = 0
  var copies: UInt8 = 0
  var proposals: UInt8 = 0

  var word: UInt64 {
    UInt64(expiries) | UInt64(lingers) << 8 | UInt64(restarts) << 16 | UInt64(copies) << 24
      | UInt64(proposals) << 32
  }
}
