import JSONText

/// Writes events, one a line, in one of the formats; what it writes, `HistoryReader` reads.
///
/// NDJSON turns keywords into text, Jepsen's log leaves the time out; all else returns as it was.
public struct HistoryWriter: Sendable {
  public let format: HistoryFormat

  public init(format: HistoryFormat) { self.format = format }

  /// Appends the event's line to `bytes`.
  public func append(_ event: HistoryEvent, to bytes: inout [UInt8]) throws(HistoryError) {
    switch format {
    case .ndjson: Self.appendJSON(event, to: &bytes)
    case .edn:
      var text = EDNWriter()
      text.append(event.edn)
      bytes.append(contentsOf: text.bytes)
    case .jepsenLog: try JepsenLog.append(event, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// All events of a recording.
  public func bytes(of events: [HistoryEvent]) throws(HistoryError) -> [UInt8] {
    var bytes: [UInt8] = []
    for event in events { try append(event, to: &bytes) }
    return bytes
  }

  private static func appendJSON(_ event: HistoryEvent, to bytes: inout [UInt8]) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("process")
    event.process.value.append(to: &writer)
    writer.member("type", event.kind.rawValue)
    writer.member("f", event.function)
    if let key = event.key {
      writer.name("key")
      key.append(to: &writer)
    }
    writer.name("value")
    event.value.append(to: &writer)
    if let time = event.time { writer.member("time", time) }
    if let error = event.error { writer.member("error", error) }
    writer.endObject()
    bytes.append(contentsOf: writer.bytes)
  }
}
