/// All that is known of a version but its bytes and its lease.
struct RecordInfo {
  /// 0 in a tombstone.
  let createRevision: UInt64
  let modRevision: UInt64
  /// Writes since the key was created; 0: a tombstone, the key does not exist from `modRevision`
  /// on.
  let version: UInt64
  let keyCount: UInt32
  // The highest bit: a lease stands behind the value, which is far shorter than that.
  private let valueBits: UInt32

  init(
    createRevision: UInt64, modRevision: UInt64, version: UInt64, keyCount: Int, valueCount: Int,
    hasLease: Bool
  ) {
    self.createRevision = createRevision
    self.modRevision = modRevision
    self.version = version
    self.keyCount = UInt32(keyCount)
    valueBits = UInt32(valueCount) | (hasLease ? 1 << 31 : 0)
  }

  var valueCount: UInt32 { valueBits & (1 << 31 - 1) }
  var hasLease: Bool { valueBits >> 31 == 1 }
  /// Bytes of key and value.
  var byteCount: Int { Int(keyCount) + Int(valueCount) }
}

/// What precedes a record's key and value in its one allocation.
struct RecordHeader {
  let info: RecordInfo
  var superseded: Unmanaged<Record>?
}

/// One version of one key: metadata, key and value in a single allocation (56 bytes beyond the key
/// and value; 8 more for a lease, which hardly a key has).
///
/// It holds the version that it superseded: the versions of a key are a chain from the newest on
/// back, so that overwriting a key costs no place of its own for the old version.
///
/// Immutable from the moment it is made, so trees, views and threads share it freely; only the
/// end of its chain is cut off when nobody can look there any more (`Severance`). It cannot say
/// `Sendable` itself because `ManagedBuffer` rules that out; the values that hold it do.
final class Record: ManagedBuffer<RecordHeader, UInt8> {
  static func make(
    key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, createRevision: UInt64,
    modRevision: UInt64, version: UInt64, lease: UInt64, superseding old: consuming Record? = nil
  ) -> Record {
    let info = RecordInfo(
      createRevision: createRevision, modRevision: modRevision, version: version,
      keyCount: key.count, valueCount: value.count, hasLease: lease != 0)
    let size = key.count + value.count
    let buffer = Record.create(minimumCapacity: size + (lease == 0 ? 0 : 8)) { _ in
      RecordHeader(info: info, superseded: nil)
    }
    let record = unsafeDowncast(buffer, to: Record.self)
    if let old { record.supersede(old) }
    record.withUnsafeMutablePointerToElements { target in
      let bytes = UnsafeMutableRawPointer(target)
      if let base = key.baseAddress { bytes.copyMemory(from: base, byteCount: key.count) }
      if let base = value.baseAddress {
        (bytes + key.count).copyMemory(from: base, byteCount: value.count)
      }
      if lease != 0 { (bytes + size).storeBytes(of: lease, as: UInt64.self) }
    }
    return record
  }

  /// Says that `key` does not exist from `revision` on.
  static func tombstone(
    key: UnsafeRawBufferPointer, at revision: UInt64, superseding old: Record? = nil
  ) -> Record {
    make(
      key: key, value: UnsafeRawBufferPointer(start: nil, count: 0), createRevision: 0,
      modRevision: revision, version: 0, lease: 0, superseding: old)
  }

  // One after the other: a chain that frees itself link within link would use up the stack.
  deinit {
    var next = takeSuperseded()
    while next != nil, isKnownUniquelyReferenced(&next) { next = next?.takeSuperseded() }
  }

  /// See `Node.info`. It leaves out the link, which another thread may be cutting.
  var info: RecordInfo { withUnsafeMutablePointerToHeader { $0.pointee.info } }

  /// The version of this key that this one superseded; nil: there is none, or it was cut off.
  ///
  /// Only `StoreView.predecessor` may ask, which knows whether it can have been cut off.
  var superseded: Record? {
    withUnsafeMutablePointerToHeader { $0.pointee.superseded?.takeUnretainedValue() }
  }

  /// For a record that nobody else has seen yet.
  func supersede(_ old: consuming Record) {
    let link = Unmanaged.passRetained(old)
    withUnsafeMutablePointerToHeader { $0.pointee.superseded = link }
  }

  /// Cuts off what it superseded, and takes it over.
  func takeSuperseded() -> Record? {
    withUnsafeMutablePointerToHeader { header in
      defer { header.pointee.superseded = nil }
      return header.pointee.superseded?.takeRetainedValue()
    }
  }

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

  /// 0: none.
  var lease: UInt64 {
    guard info.hasLease else { return 0 }
    return withUnsafeMutablePointerToElements {
      UnsafeRawPointer($0 + byteCount).loadUnaligned(as: UInt64.self)
    }
  }

  var position: Position { Position(key, revision: info.modRevision) }
  var isTombstone: Bool { info.version == 0 }
  /// Bytes of key and value.
  var byteCount: Int { info.byteCount }
}
