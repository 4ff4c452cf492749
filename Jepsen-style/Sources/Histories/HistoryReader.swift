/// Reads a history in pieces, whatever its format, and hands out one event after the other.
///
/// Holds one event's text at most (`Limits.recordBytes`). The first error ends the reading: what
/// follows a line that cannot be read would be a different history.
public struct HistoryReader {
  /// What the first bytes looked like; nil until enough of them came.
  public private(set) var format: HistoryFormat?
  /// Events handed out so far.
  public private(set) var count = 0

  private var head: [UInt8] = []
  private var cutter: RecordCutter?

  public init() {}

  /// Takes the next bytes of the file; calls `receive` with each event that they complete and the
  /// line on which it starts.
  public mutating func read(
    _ bytes: some Sequence<UInt8>,
    _ receive: (HistoryEvent, _ line: Int) throws(HistoryError) -> Void
  ) throws(HistoryError) {
    for byte in bytes {
      guard cutter == nil else {
        try take(byte, receive)
        continue
      }
      head.append(byte)
      guard head.count <= Limits.recordBytes else {
        throw .tooLarge(line: 1, reason: "over \(Limits.recordBytes) blank bytes")
      }
      guard let found = byte.isBlank ? nil : HistoryFormat.recognized(in: head) else { continue }
      try begin(found, receive)
    }
  }

  /// Ends the file; a last line without a newline is a line too.
  public mutating func finish(
    _ receive: (HistoryEvent, _ line: Int) throws(HistoryError) -> Void
  ) throws(HistoryError) {
    if cutter == nil {
      guard head.contains(where: { !$0.isBlank }) else { return }
      try begin(.edn, receive)
    }
    if let record = try cutter?.finish() { try hand(record, receive) }
  }

  private mutating func begin(
    _ format: HistoryFormat, _ receive: (HistoryEvent, Int) throws(HistoryError) -> Void
  ) throws(HistoryError) {
    self.format = format
    cutter = RecordCutter(format: format)
    let first = head
    head = []
    for byte in first { try take(byte, receive) }
  }

  private mutating func take(
    _ byte: UInt8, _ receive: (HistoryEvent, Int) throws(HistoryError) -> Void
  ) throws(HistoryError) {
    if let record = try cutter?.take(byte) { try hand(record, receive) }
  }

  private mutating func hand(
    _ record: RecordCutter.Record, _ receive: (HistoryEvent, Int) throws(HistoryError) -> Void
  ) throws(HistoryError) {
    guard let event = try event(of: record) else { return }
    guard count < Limits.events else {
      throw .tooLarge(line: record.line, reason: "over \(Limits.events) events")
    }
    count += 1
    try receive(event, record.line)
  }

  // nil for an EDN form that is discarded or only a comment.
  private func event(of record: RecordCutter.Record) throws(HistoryError) -> HistoryEvent? {
    guard let format else { return nil }
    do throws(MalformedText) {
      switch format {
      case .ndjson: return try HistoryEvent(fields: HistoryValue(json: record.bytes))
      case .jepsenLog: return try JepsenLog.event(record.bytes)
      case .edn:
        var parser = EDNParser(record.bytes)
        guard let value = try parser.next() else { return nil }
        guard try parser.next() == nil, parser.isAtEnd else {
          throw MalformedText("more text after the event")
        }
        return try HistoryEvent(fields: value)
      }
    } catch {
      throw .malformed(line: record.line, reason: error.reason)
    }
  }
}
