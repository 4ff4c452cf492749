internal import RaftTypes
internal import WriteAheadLog

/// What can happen in a lab. Events of a process carry its life: for a later one they mean nothing.
enum LabEvent {
  case arrival(Packet)
  case timer(Int, life: Int)
  case storageDone(Int, life: Int)
  case spareMade(Int, life: Int, SpareOrder)
  case snapshotDone(Int, life: Int)
  case connect(Int, Int)
  case start(Int)
  case resume(Int)
  case spaceReturns(Int)
  case fault
  case clientWakes(Int)
  case request(operation: Int, to: Int)
  case silence(operation: Int)

  /// The node whose process it needs to be running.
  var process: Int? {
    switch self {
    case .arrival(let packet): packet.to
    case .timer(let place, _), .storageDone(let place, _), .spareMade(let place, _, _),
      .snapshotDone(let place, _), .request(_, let place):
      place
    case .connect, .start, .resume, .spaceReturns, .fault, .clientWakes, .silence: nil
    }
  }
}
