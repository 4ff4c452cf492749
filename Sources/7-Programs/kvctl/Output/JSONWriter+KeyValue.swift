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
