public import BinaryCodec
public import RaftTypes

/// A state machine that a cluster replicates: a value that changes by commands and by nothing else.
///
/// Every node applies the same commands in the same order, so every answer and every next state may
/// follow only from the state, the command and the log time. No clock, no chance, no order of a
/// Dictionary (pitfall 54): `MachineLab` compares `stateHash` on all nodes at every index.
public protocol ReplicatedMachine {
  /// The state before the first command.
  init()

  /// The state that `snapshot()` of some node wrote.
  init(restoring snapshot: Bytes)

  /// Changes the state and says what the client hears. Bytes that are no command must change
  /// nothing, on every node.
  ///
  /// - Parameter time: the leader's clock as it stands in the entry; it never falls.
  mutating func apply(_ command: Bytes, at time: LogTime) -> Bytes

  /// Answers from the state as it is.
  func query(_ question: Bytes) -> Bytes

  /// Everything that a node needs to go on from here without the log.
  func snapshot() -> Bytes

  /// Equal for equal states, on every node and in every build.
  var stateHash: UInt64 { get }
}
