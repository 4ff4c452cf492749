internal import ClientProtocol

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
