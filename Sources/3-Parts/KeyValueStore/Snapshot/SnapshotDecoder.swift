public import BinaryCodec
public import ClientProtocol
internal import Determinism
internal import RaftTypes

/// Builds a store from the chunks of a snapshot, however they are cut, and checks all of it:
/// order, counts, revisions, sessions, and the state hash. Bytes may be anything; nothing traps,
/// and memory stays within what the records need, one chunk and one record.
public struct SnapshotDecoder: Sendable {
  private enum Stage {
    case header
    case sessions(left: Int)
    case records
    case done
  }

  private var stage = Stage.header
  private var builder = SnapshotBuilder()
  private var pending: [UInt8] = []

  public init() {}

  /// Takes the next bytes. After a fault the decoder is of no use any more.
  public mutating func consume(_ chunk: Bytes) throws(SnapshotFault) {
    pending.append(contentsOf: chunk)
    var reader = ByteReader(pending)
    pending = []
    while true {
      let before = reader
      do {
        guard try step(&reader) else { break }
      } catch .truncated {
        reader = before
        break
      } catch .inconsistent(let what) {
        throw .damaged(what)
      } catch .unknown("snapshot version", let value) {
        throw .unknownVersion(UInt8(truncatingIfNeeded: value))
      } catch {
        throw .damaged("\(error)")
      }
    }
    guard reader.remaining > 0 else { return }
    if case .done = stage { throw .trailing }
    pending = Array((try? reader.readRaw(reader.remaining)) ?? [])
  }

  /// The revision of the state; nil until the chunks taken so far have told it.
  public var revision: Revision? {
    if case .header = stage { nil } else { builder.revision }
  }

  /// The store, once every chunk was taken.
  /// - Parameter stateHash: what the snapshot's descriptor announces.
  public consuming func finish(stateHash: UInt64) throws(SnapshotFault) -> Store {
    guard case .done = stage else { throw .truncated }
    let store = builder.store
    guard store.stateHash == stateHash else {
      throw .hashMismatch(expected: stateHash, actual: store.stateHash)
    }
    return store
  }

  // Reads one item; false: the end was reached. A truncated item is read again with the next chunk.
  private mutating func step(_ reader: inout ByteReader) throws(DecodingFault) -> Bool {
    switch stage {
    case .header: stage = .sessions(left: try builder.readHeader(from: &reader))
    case .sessions(left: 0):
      builder.add(try SnapshotFormat.readLedger(from: &reader))
      stage = .records
    case .sessions(let left):
      try builder.add(try SnapshotFormat.readSession(from: &reader))
      stage = .sessions(left: left - 1)
    case .records:
      if let (record, tag) = try SnapshotFormat.readRecord(from: &reader) {
        try builder.add(record, tag: tag)
      } else {
        try builder.readEnd(from: &reader)
        stage = .done
      }
    case .done: return false
    }
    return true
  }
}
