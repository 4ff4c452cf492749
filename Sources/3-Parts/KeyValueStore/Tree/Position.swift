/// A place in the order of records: by key, then by revision. Revision 0 stands before every
/// version of a key, `UInt64.max` behind them all.
///
/// Borrows the key: valid only while the bytes it was made from are.
struct Position {
  let key: UnsafeRawBufferPointer
  let revision: UInt64

  init(_ key: UnsafeRawBufferPointer, revision: UInt64 = 0) {
    self.key = key
    self.revision = revision
  }

  /// Whether this place is in front of `other`. Both keys are known to share their first `skip`
  /// bytes.
  @inline(__always)
  func precedes(_ other: Position, skip: Int = 0) -> Bool {
    switch KeyOrder.compare(key, other.key, skip: skip) {
    case ..<0: true
    case 0: revision < other.revision
    default: false
    }
  }
}

/// Byte order of keys, eight bytes at a time.
enum KeyOrder {
  /// Eight bytes of `key` behind the first `skip`, as a number that orders as they do; zeros stand
  /// for bytes behind the end, so equal numbers decide nothing.
  @inline(__always)
  static func head(_ key: UnsafeRawBufferPointer, skip: Int) -> UInt64 {
    guard let base = key.baseAddress else { return 0 }
    let rest = key.count - skip
    if rest >= 8 {
      return UInt64(bigEndian: base.loadUnaligned(fromByteOffset: skip, as: UInt64.self))
    }
    var head: UInt64 = 0
    for i in 0..<8 {
      head = head << 8 | (i < rest ? UInt64(key[skip + i]) : 0)
    }
    return head
  }

  /// Negative, zero or positive as `a` stands before, at or behind `b`; the first `skip` bytes are
  /// equal.
  @inline(__always)
  static func compare(
    _ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, skip: Int = 0
  ) -> Int {
    let shared = min(a.count, b.count)
    var at = skip
    if let left = a.baseAddress, let right = b.baseAddress {
      while at + 8 <= shared {
        let x = UInt64(bigEndian: left.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        let y = UInt64(bigEndian: right.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        if x != y { return x < y ? -1 : 1 }
        at += 8
      }
    }
    while at < shared {
      if a[at] != b[at] { return a[at] < b[at] ? -1 : 1 }
      at += 1
    }
    return a.count - b.count
  }

  /// How many bytes both keys begin with.
  static func shared(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let limit = min(a.count, b.count)
    var count = 0
    while count + 8 <= limit {
      let x = a.loadUnaligned(fromByteOffset: count, as: UInt64.self)
      let y = b.loadUnaligned(fromByteOffset: count, as: UInt64.self)
      if x != y { return count + UInt64(littleEndian: x ^ y).trailingZeroBitCount / 8 }
      count += 8
    }
    while count < limit, a[count] == b[count] { count += 1 }
    return count
  }
}
