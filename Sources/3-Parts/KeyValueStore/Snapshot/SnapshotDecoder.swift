public import BinaryCodec
public import ClientProtocol
internal import Determinism
internal import RaftTypes

/// Builds a store from the chunks of a snapshot, however they are cut, and checks all of it:
/// order, counts, revisions, sessions, and the state hash. Bytes may be anything; nothing traps,
/// and memory stays within what the records need, one chunk and one record.
public struct SnapshotDecoder: ~Copyable, Sendable {
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
    var rest = chunk
    // What the last chunk ended in takes of this one what it lacks, and no more than must be
    // copied for it. Only reading tells how much that is.
    var piece = Limits.firstPiece
    while !pending.isEmpty, !rest.isEmpty {
      let before = pending.count
      pending.append(contentsOf: rest.prefix(piece))
      let read = try readItems(pending[...])
      if read > 0 { pending = [] }
      rest = rest.dropFirst(read > 0 ? read - before : piece)
      piece *= 2
    }
    guard !rest.isEmpty else { return }
    rest = rest.dropFirst(try readItems(rest))
    if case .done = stage, !rest.isEmpty { throw .trailing }
    pending = Array(rest)
  }

  /// Reads what is whole; returns how many bytes that was.
  private mutating func readItems(_ bytes: Bytes) throws(SnapshotFault) -> Int {
    var reader = ByteReader(bytes)
    while true {
      let before = reader.offset
      do {
        guard try step(&reader) else { return reader.offset - bytes.startIndex }
      } catch .truncated {
        return before - bytes.startIndex
      } catch .inconsistent(let what) {
        throw .damaged(what)
      } catch .unknown("snapshot version", let value) {
        throw .unknownVersion(UInt8(truncatingIfNeeded: value))
      } catch {
        throw .damaged("\(error)")
      }
    }
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

  // Reads one item, or many records; false: the end was reached. What is truncated is read again
  // with the next chunk.
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
      if try builder.addRecords(from: &reader) { return true }
      try builder.readEnd(from: &reader)
      stage = .done
    case .done: return false
    }
    return true
  }
}
