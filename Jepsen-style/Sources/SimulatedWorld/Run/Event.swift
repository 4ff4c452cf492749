internal import ClientProtocol
internal import Determinism
internal import Faults
internal import PeerProtocol
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// What can happen in a world; each stands in the agenda with its time.
enum Event {
  case arrival(Packet)
  /// A node learns that a connection ended.
  case linkLost(to: Int, life: Int, peer: NodeID, LinkLoss)
  /// A stream that lost a call breaks.
  case linkBreaks(from: Int, to: Int, generation: UInt64)
  /// A node dials again.
  case dial(from: Int, to: Int, generation: UInt64)
  case unclog(from: Int, to: Int)
  case timer(Int, life: Int)
  case storageDone(Int, life: Int)
  case spareMade(Int, life: Int, SpareOrder)
  case snapshotDone(Int, life: Int, SnapshotUnit.Lane)
  /// A long read that a node carries out beside its loop has its answer.
  case scanDone(Int, life: Int, ReplicaInput)
  case start(Int)
  case freeze(Int, TimeSpan)
  case resume(Int)
  case spaceReturns(Int)
  /// A disk keeps again what it says it keeps.
  case honesty(Int)
  case fault
  /// A guard has done what it was asked to.
  case addressOpens(Int, life: Int, Term, until: Instant)
  /// A guard tells a peer that its dead node holds the address no more.
  case lastWill(from: Int, to: Int, life: Int, Term)

  case clientWakes(Int)
  /// A call arrives at a node.
  case request(client: Int, attempt: UInt64, to: Int, ClientCall)
  /// An answer arrives at a client; nil: the connection was refused, nothing happened.
  case reply(client: Int, attempt: UInt64, from: Int, ClientReply?)
  /// The client waits no longer, or its connection broke.
  case silence(client: Int, attempt: UInt64)

  /// For the transcript's hash.
  var code: UInt64 {
    switch self {
    case .arrival: 1
    case .linkLost: 2
    case .linkBreaks: 3
    case .dial: 4
    case .unclog: 5
    case .timer: 6
    case .storageDone: 7
    case .spareMade: 8
    case .snapshotDone: 9
    case .start: 10
    case .resume: 11
    case .spaceReturns: 12
    case .fault: 13
    case .clientWakes: 14
    case .request: 15
    case .reply: 16
    case .silence: 17
    case .honesty: 18
    case .addressOpens: 19
    case .lastWill: 20
    case .freeze: 21
    case .scanDone: 22
    }
  }

  /// The place whose process has to be awake for this.
  var process: Int? {
    switch self {
    case .arrival(let packet): packet.to
    case .linkLost(let place, _, _, _), .timer(let place, _), .storageDone(let place, _),
      .spareMade(let place, _, _), .snapshotDone(let place, _, _), .scanDone(let place, _, _),
      .request(_, _, let place, _), .lastWill(_, let place, _, _):
      place
    case .linkBreaks, .dial, .unclog, .start, .freeze, .resume, .spaceReturns, .honesty, .fault,
      .clientWakes, .reply, .silence, .addressOpens:
      nil
    }
  }
}
