internal import BinaryCodec
internal import ClientProtocol
internal import JSONText

extension JSONWriter {
  /// As the HTTP API writes a key; without the value where none was asked for.
  mutating func value(_ item: KeyValue, withValue: Bool = true) {
    beginObject()
    member("key", data: item.key)
    if withValue { member("value", data: item.value) }
    member("create_revision", item.createRevision.number)
    member("mod_revision", item.modRevision.number)
    member("version", item.version)
    member("lease", item.lease?.number ?? 0)
    endObject()
  }
}
