internal import KeyValueStore
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// The two snapshot threads of one process, without the threads: one writes the node's own
/// snapshots, one moves those of others.
final class SnapshotUnit {
  enum Lane: CaseIterable { case writing, moving }

  /// What follows from a job.
  struct Outcome {
    var inputs: [ReplicaInput] = []
    var adopt: (SnapshotFile, ReplicaInput)?
    /// Something found no room.
    var lacksRoom = false
  }

  private let disk: SimulatedDisk
  private let chunkBytes: Int
  private var writing: [SnapshotJob] = []
  private var moving: [SnapshotJob] = []
  private var busy: [Lane] = []
  private var outgoing: SnapshotReader<SimulatedDisk>?
  private var incoming: SnapshotReceiver<SimulatedDisk>?
  private var completed: LogPosition?
  private var repair: SnapshotMending<SimulatedDisk>
  private var entries: LogReader<SimulatedDisk>

  init(_ disk: SimulatedDisk, chunkBytes: Int) {
    self.disk = disk
    self.chunkBytes = chunkBytes
    repair = SnapshotMending(disk)
    entries = LogReader(disk)
  }

  /// - Returns: the lane that has something to begin now.
  func submit(_ job: SnapshotJob) -> Lane? {
    switch job {
    case .write:
      writing.append(job)
      return begin(.writing)
    case .send, .store, .condemn, .mend, .recall, .readPiece:
      moving.append(job)
      return begin(.moving)
    }
  }

  func isBusy(_ lane: Lane) -> Bool { busy.contains(lane) }

  /// Does the oldest job of a lane, for which time has passed already.
  func complete(_ lane: Lane) -> (Outcome, next: Lane?) {
    busy.removeAll { $0 == lane }
    let job =
      switch lane {
      case .writing: writing.removeFirst()
      case .moving: moving.removeFirst()
      }
    let outcome = perform(job)
    return (outcome, begin(lane))
  }

  private func begin(_ lane: Lane) -> Lane? {
    let isEmpty =
      switch lane {
      case .writing: writing.isEmpty
      case .moving: moving.isEmpty
      }
    guard !isEmpty, !busy.contains(lane) else { return nil }
    busy.append(lane)
    return lane
  }

  private func perform(_ job: SnapshotJob) -> Outcome {
    var outcome = Outcome()
    do throws(LogFault) {
      switch job {
      case .write(let descriptor, let view): try write(descriptor, view, &outcome)
      case .send(let send): try read(send, &outcome)
      case .store(let chunk): try store(chunk, &outcome)
      case .condemn(let index): try SnapshotReader.condemn(disk, from: index)
      case .mend(let position, let piece): try mend(position, piece, &outcome)
      case .recall(let recall):
        outcome.inputs.append(.recalled(recall, entries.entries(at: recall.positions)))
      case .readPiece(let request, let peer):
        outcome.inputs.append(.pieceRead(SnapshotMending.piece(request, on: disk), to: peer))
      }
    } catch {
      if case .diskFull = error { outcome.lacksRoom = true }
      switch job {
      case .write(let descriptor, _):
        outcome.inputs.append(.snapshotFailed(descriptor.position))
      case .send(let send):
        outgoing = nil
        if case .damaged = error {
          outcome.inputs.append(.snapshotDamaged(send.snapshot.position))
        }
      case .mend(let position, _): outcome.inputs.append(.mending(position, .stuck))
      case .store: incoming = nil
      case .condemn, .recall, .readPiece: break
      }
    }
    return outcome
  }

  private func write(
    _ descriptor: SnapshotDescriptor, _ view: StoreView, _ outcome: inout Outcome
  ) throws(LogFault) {
    var writer = try SnapshotWriter(disk, descriptor)
    for chunk in SnapshotEncoder(view) { try writer.append(chunk[...]) }
    let file = try writer.finish()
    outcome.adopt = (file, .snapshotWritten(descriptor, bytes: UInt64(file.size)))
  }

  private func mend(
    _ position: LogPosition, _ piece: SnapshotPiece?, _ outcome: inout Outcome
  ) throws(LogFault) {
    switch try repair.mend(position, piece) {
    case .progress(let progress): outcome.inputs.append(.mending(position, progress))
    case .mended(let file, let store):
      outcome.inputs.append(.mending(position, .whole))
      outcome.adopt = (file, .snapshotLoaded(file.descriptor, store))
    }
  }

  private func read(_ send: SnapshotSend, _ outcome: inout Outcome) throws(LogFault) {
    if outgoing?.descriptor != send.snapshot {
      outgoing = try SnapshotReader(disk, snapshot: send.snapshot.position)
    }
    guard var reader = outgoing else { return }
    let offset = min(Int(clamping: send.offset), reader.size)
    let bytes = try reader.soundBytes(chunkBytes, at: offset)
    outgoing = reader
    let chunk = SnapshotChunk(
      snapshot: send.snapshot, offset: UInt64(offset), size: UInt64(reader.size),
      bytes: bytes[...])
    outcome.inputs.append(.chunkRead(chunk, to: send.to))
  }

  private func store(_ chunk: SnapshotChunk, _ outcome: inout Outcome) throws(LogFault) {
    let position = chunk.snapshot.position
    guard completed != position else {
      outcome.inputs.append(.chunkStored(position, received: chunk.size))
      return
    }
    let size = Int(clamping: chunk.size)
    if incoming?.descriptor != chunk.snapshot || incoming?.size != size {
      incoming = try SnapshotReceiver(disk, chunk.snapshot, size: size)
    }
    guard var receiver = incoming else { return }
    incoming = nil
    try receiver.append(offset: Int(clamping: chunk.offset), chunk.bytes)
    outcome.inputs.append(.chunkStored(position, received: UInt64(receiver.received)))
    guard receiver.received == receiver.size else {
      incoming = receiver
      return
    }
    let file = try receiver.finish()
    guard let store = try? SnapshotLoading.load(file.path, on: disk) else { return }
    completed = position
    outcome.adopt = (file, .snapshotLoaded(file.descriptor, store))
  }
}
