internal import BinaryCodec
internal import ClientProtocol

extension KeyValue {
  /// A copy of a record: key and value share one buffer.
  init(_ record: Record) {
    let bytes = [UInt8](unsafeUninitializedCapacity: record.byteCount) { target, count in
      record.copyBytes(to: target, from: 0)
      count = record.byteCount
    }
    let keyCount = Int(record.info.keyCount)
    self.init(record, key: bytes[..<keyCount], value: bytes[keyCount...])
  }

  init(_ record: Record, key: Bytes, value: Bytes) {
    self.init(
      key: key, value: value, createRevision: Revision(record.createRevision),
      modRevision: Revision(record.info.modRevision), version: record.version,
      lease: record.info.hasLease ? LeaseID(record.lease) : nil)
  }
}

extension Record {
  /// Copies key and value into `target`, from its byte `offset` on.
  func copyBytes(to target: UnsafeMutableBufferPointer<UInt8>, from offset: Int) {
    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[offset...])
      .copyMemory(from: keyAndValue)
  }
}
