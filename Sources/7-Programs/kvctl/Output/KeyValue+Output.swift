internal import BinaryCodec
internal import ClientProtocol
internal import JSONText

extension JSONWriter {
  /// As the HTTP API writes a key.
  mutating func value(_ item: KeyValue) {
    beginObject()
    member("key", data: item.key)
    member("value", data: item.value)
    member("create_revision", item.createRevision.number)
    member("mod_revision", item.modRevision.number)
    member("version", item.version)
    member("lease", item.lease?.number ?? 0)
    endObject()
  }
}

extension Table {
  /// A table of keys.
  static func ofKeys(withValues: Bool) -> Table {
    Table(
      [("KEY", .left), ("MODIFIED", .right), ("VERSION", .right), ("LEASE", .right)]
        + (withValues ? [("VALUE", .left)] : []))
  }

  mutating func add(_ item: KeyValue, withValue: Bool) {
    let lease = item.lease.map { "\($0.number)" } ?? "-"
    add(
      [
        EscapedText.string(item.key), "\(item.modRevision.number)", "\(item.version)", lease,
      ] + (withValue ? [EscapedText.string(item.value)] : []))
  }
}
