public import BinaryCodec
public import Determinism

/// What a client wants of a machine.
public enum MachineCall: Hashable, Sendable {
  /// Goes through the log.
  case command(Bytes)
  /// A linearizable read.
  case query(Bytes)
}

/// One call from its beginning to what the client knows of its end.
public struct MachineOperation: Sendable {
  /// What the client knows.
  public enum Outcome: Hashable, Sendable {
    case answered(Bytes)
    /// It certainly had no effect and never will.
    case refused
    /// It may have taken effect, or may yet: nobody answered.
    case unknown
  }

  public let client: Int
  public let call: MachineCall
  public let began: Instant
  public internal(set) var ended: Instant?
  public internal(set) var outcome = Outcome.unknown
  /// Where the answer was given: the index of a command's entry, or how far the state had come that
  /// a query was answered from.
  public internal(set) var point: UInt64?
}

/// What the clients of a run ask, and what must be true of it afterwards.
public protocol MachineWorkload {
  associatedtype Machine: ReplicatedMachine

  /// A client is free: what does it ask next? The same dice must give the same calls.
  mutating func next(for client: Int, _ dice: inout Dice) -> MachineCall

  /// The owner's own promise, after the lab's have been kept: nil when it was, else what is wrong.
  ///
  /// - Parameters:
  ///   - history: every call, in the order in which they began.
  ///   - machine: the state that all nodes agree on in the end.
  func objection(to history: [MachineOperation], _ machine: Machine) -> String?
}
