import BinaryCodec
import KeyValueStore
import RaftCore
import RaftTypes
import Replica

/// A disk that does what it is asked at once, unless a test holds it back.
struct FakeStorage {
  /// Nothing is done, and nothing answered, while this is set.
  var isHeld = false
  private(set) var waiting: [StorageJob] = []
  private(set) var ballot = Ballot.blank
  private(set) var base = LogPosition.origin
  private(set) var entries: [Entry] = []
  var snapshot: (SnapshotDescriptor, StoreView)?

  var last: LogPosition { entries.last?.position ?? base }

  init(genesis: Entry) { entries = [genesis] }

  mutating func submit(_ jobs: [StorageJob]) { waiting += jobs }

  /// Does what waits and says what the replica hears of it.
  mutating func work() -> [ReplicaInput] {
    guard !isHeld else { return [] }
    let jobs = waiting
    waiting = []
    return jobs.compactMap { job in
      switch job {
      case .ballot(let saved):
        ballot = saved
        return .ballotSaved(saved)
      case .log(let write):
        carryOut(write.change)
        return .logSynced(LogCompletion(sequence: write.sequence, position: last))
      case .compact, .restore: return nil
      }
    }
  }

  /// Power fails: what waited never happened.
  mutating func crash() { waiting = [] }

  private mutating func carryOut(_ change: LogWrite.Change) {
    switch change {
    case .append(let new):
      entries.removeAll { $0.index >= (new.first?.index ?? .zero) }
      entries += new
    case .fill: break
    case .reset(let snapshot):
      base = snapshot.position
      entries = []
    }
  }

  var recovered: Recovered {
    Recovered(
      ballot: ballot, incarnation: DiskIncarnation(1), snapshot: snapshot?.0, base: base,
      slots: entries.map { .entry($0) })
  }

  /// The state of the snapshot, as a node loads it.
  var store: Store {
    guard let (descriptor, view) = snapshot else { return Store() }
    return Self.load(view, descriptor)
  }

  /// A state that went through its snapshot's bytes.
  static func load(_ view: StoreView, _ descriptor: SnapshotDescriptor) -> Store {
    do throws(SnapshotFault) {
      var decoder = SnapshotDecoder()
      for chunk in SnapshotEncoder(view) { try decoder.consume(chunk[...]) }
      return try decoder.finish(stateHash: descriptor.stateHash)
    } catch {
      preconditionFailure("a snapshot does not load: \(error)")
    }
  }
}
