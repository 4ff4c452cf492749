/// What a search and an account need to know of a version: the part that every record has.
struct RecordInfo {
  /// Where version and revision of creation stand.
  enum Past: UInt32 {
    /// Nowhere: they follow from the rest.
    case none = 0
    /// In one word: how many revisions ago the key was created, and the version, 32 bits each.
    case short = 1
    /// In a word for each.
    case long = 2
  }

  let modRevision: UInt64
  // The highest bits tell what kind of version it is and what stands before the key; keys and
  // values are far shorter than that.
  private let keyBits: UInt32
  private let valueBits: UInt32

  private static let mark: UInt32 = 1 << 31

  init(
    modRevision: UInt64, keyCount: Int, valueCount: Int, isTombstone: Bool, past: Past,
    hasLease: Bool
  ) {
    self.modRevision = modRevision
    keyBits = UInt32(keyCount) | (isTombstone ? Self.mark : 0)
    valueBits = UInt32(valueCount) | (hasLease ? Self.mark : 0) | past.rawValue << 29
  }

  var keyCount: UInt32 { keyBits & (Self.mark - 1) }
  var valueCount: UInt32 { valueBits & (1 << 29 - 1) }
  /// The key does not exist from `modRevision` on.
  var isTombstone: Bool { keyBits & Self.mark != 0 }
  var hasLease: Bool { valueBits & Self.mark != 0 }
  var past: Past { Past(rawValue: pastWords) ?? .none }
  /// Where the key begins: bytes behind `RecordHeader`. No branch, since every search asks.
  var keyOffset: Int { Int(pastWords &+ valueBits >> 31) &* 8 }
  /// Bytes of key and value.
  var byteCount: Int { Int(keyCount) + Int(valueCount) }

  private var pastWords: UInt32 { valueBits >> 29 & 3 }
}

/// What precedes a record's key and value in its one allocation.
struct RecordHeader {
  let info: RecordInfo
  var superseded: Unmanaged<Record>?
}

/// One version of one key: metadata, key and value in a single allocation, with 40 bytes beyond key
/// and value. What some records need and others do not stands before the key, in the cache line
/// that a search reads anyway:
///
/// ```
/// object 16 | info 16 | superseded 8 | [ past 8 or 16 ] [ lease 8 ] | key | value
/// ```
/// The first version of a key was created by its own revision and needs no `RecordInfo.Past`, nor
/// does a tombstone.
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
    let isTombstone = version == 0 && createRevision == 0
    let past = isTombstone ? .none : Self.past(createRevision, modRevision, version)
    let info = RecordInfo(
      modRevision: modRevision, keyCount: key.count, valueCount: value.count,
      isTombstone: isTombstone, past: past, hasLease: lease != 0)
    let buffer = Record.create(minimumCapacity: info.keyOffset + info.byteCount) { _ in
      RecordHeader(info: info, superseded: nil)
    }
    let record = unsafeDowncast(buffer, to: Record.self)
    if let old { record.supersede(old) }
    record.withUnsafeMutablePointerToElements { target in
      var bytes = UnsafeMutableRawPointer(target)
      switch past {
      case .none: break
      case .short:
        let age = modRevision &- createRevision
        bytes.storeBytes(of: age << 32 | version, as: UInt64.self)
      case .long:
        bytes.storeBytes(of: createRevision, as: UInt64.self)
        bytes.storeBytes(of: version, toByteOffset: 8, as: UInt64.self)
      }
      bytes += info.keyOffset
      if lease != 0 { (bytes - 8).storeBytes(of: lease, as: UInt64.self) }
      if let base = key.baseAddress { bytes.copyMemory(from: base, byteCount: key.count) }
      if let base = value.baseAddress {
        (bytes + key.count).copyMemory(from: base, byteCount: value.count)
      }
    }
    return record
  }

  private static func past(
    _ createRevision: UInt64, _ modRevision: UInt64, _ version: UInt64
  ) -> RecordInfo.Past {
    let age = modRevision &- createRevision
    return age == 0 && version == 1
      ? .none : age | version <= UInt64(UInt32.max) ? .short : .long
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
  var superseded: Record? { unretainedSuperseded?.takeUnretainedValue() }

  /// The same without a reference of its own: valid until it is cut off.
  var unretainedSuperseded: Unmanaged<Record>? {
    withUnsafeMutablePointerToHeader { $0.pointee.superseded }
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
    let info = info
    return bytes(at: info.keyOffset, count: Int(info.keyCount))
  }

  /// Valid while the record is.
  var value: UnsafeRawBufferPointer {
    let info = info
    return bytes(at: info.keyOffset + Int(info.keyCount), count: Int(info.valueCount))
  }

  /// The key and, right behind it, the value. Valid while the record is.
  var keyAndValue: UnsafeRawBufferPointer {
    let info = info
    return bytes(at: info.keyOffset, count: info.byteCount)
  }

  /// The revision that created the key; 0 in a tombstone.
  var createRevision: UInt64 {
    let info = info
    return switch info.past {
    case .none: info.isTombstone ? 0 : info.modRevision
    case .short: info.modRevision &- number(at: 0) >> 32
    case .long: number(at: 0)
    }
  }

  /// Writes since the key was created; 0: a tombstone.
  var version: UInt64 {
    let info = info
    return switch info.past {
    case .none: info.isTombstone ? 0 : 1
    case .short: number(at: 0) & UInt64(UInt32.max)
    case .long: number(at: 8)
    }
  }

  /// 0: none.
  var lease: UInt64 {
    let info = info
    return info.hasLease ? number(at: info.keyOffset - 8) : 0
  }

  private func bytes(at offset: Int, count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: withUnsafeMutablePointerToElements { UnsafeRawPointer($0 + offset) }, count: count)
  }

  private func number(at offset: Int) -> UInt64 {
    withUnsafeMutablePointerToElements {
      UnsafeRawPointer($0 + offset).loadUnaligned(as: UInt64.self)
    }
  }

  var position: Position { Position(key, revision: info.modRevision) }
  var isTombstone: Bool { info.isTombstone }
  /// Bytes of key and value.
  var byteCount: Int { info.byteCount }
}
