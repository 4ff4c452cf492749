/// What precedes a record's key and value in its one allocation.
struct RecordHeader {
  /// 0 in a tombstone.
  let createRevision: UInt64
  let modRevision: UInt64
  /// Writes since the key was created; 0: a tombstone, the key does not exist from `modRevision`
  /// on.
  let version: UInt64
  /// 0: none.
  let lease: UInt64
  let keyCount: UInt32
  let valueCount: UInt32
}

/// One version of one key: metadata, key and value in a single allocation (56 bytes beyond the key
/// and value).
///
/// Immutable from the moment it is made, so trees, views and threads share it freely. (It cannot
/// say `Sendable` itself because `ManagedBuffer` rules that out; the values that hold it do.)
final class Record: ManagedBuffer<RecordHeader, UInt8> {
  static func make(
    key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, createRevision: UInt64,
    modRevision: UInt64, version: UInt64, lease: UInt64
  ) -> Record {
    let header = RecordHeader(
      createRevision: createRevision, modRevision: modRevision, version: version, lease: lease,
      keyCount: UInt32(key.count), valueCount: UInt32(value.count))
    let buffer = Record.create(minimumCapacity: key.count + value.count) { _ in header }
    buffer.withUnsafeMutablePointerToElements { target in
      let bytes = UnsafeMutableRawPointer(target)
      if let base = key.baseAddress { bytes.copyMemory(from: base, byteCount: key.count) }
      if let base = value.baseAddress {
        (bytes + key.count).copyMemory(from: base, byteCount: value.count)
      }
    }
    return unsafeDowncast(buffer, to: Record.self)
  }

  /// Says that `key` does not exist from `revision` on.
  static func tombstone(key: UnsafeRawBufferPointer, at revision: UInt64) -> Record {
    make(
      key: key, value: UnsafeRawBufferPointer(start: nil, count: 0), createRevision: 0,
      modRevision: revision, version: 0, lease: 0)
  }

  /// See `Node.info`.
  var info: RecordHeader { withUnsafeMutablePointerToHeader { $0.pointee } }

  /// Valid while the record is.
  var key: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: withUnsafeMutablePointerToElements { UnsafeRawPointer($0) },
      count: Int(info.keyCount))
  }

  /// Valid while the record is.
  var value: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: withUnsafeMutablePointerToElements { UnsafeRawPointer($0 + Int(info.keyCount)) },
      count: Int(info.valueCount))
  }

  var position: Position { Position(key, revision: info.modRevision) }
  var isTombstone: Bool { info.version == 0 }
  /// Bytes of key and value.
  var byteCount: Int { Int(info.keyCount) + Int(info.valueCount) }
}
