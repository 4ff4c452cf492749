internal import ArgumentParser
internal import BinaryCodec
internal import JSONText

/// How `load` reads its input.
enum RecordFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// `key<TAB>value`, both with the escapes of `EscapedText`.
  case tsv
  /// `{"key":…,"value":…}` on each line; `key_b64` and `value_b64` for bytes that are no text.
  case ndjson

  /// By the file's name; TSV when it says nothing.
  init(fileName: String) {
    let suffixes = [".ndjson", ".jsonl", ".json"]
    self = suffixes.contains { fileName.hasSuffix($0) } ? .ndjson : .tsv
  }

  /// Nil for an empty line.
  func parse(_ line: Bytes) throws(RecordFault) -> (key: Bytes, value: Bytes)? {
    guard !line.isEmpty else { return nil }
    switch self {
    case .tsv: return try Self.parseTSV(line)
    case .ndjson: return try Self.parseJSON(line)
    }
  }

  private static func parseTSV(_ line: Bytes) throws(RecordFault) -> (key: Bytes, value: Bytes) {
    guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else {
      throw RecordFault("no tab between key and value")
    }
    let key: Bytes
    let value: Bytes
    do throws(EscapedText.Fault) {
      key = try EscapedText.parse(line[..<tab])
      value = try EscapedText.parse(line[(tab + 1)...])
    } catch {
      throw RecordFault(
        "unknown escape at byte \(error.at) of the field: write \\\\ for a backslash")
    }
    guard !key.isEmpty else { throw RecordFault("the key is empty") }
    return (key, value)
  }

  private static func parseJSON(_ line: Bytes) throws(RecordFault) -> (key: Bytes, value: Bytes) {
    var scanner = JSONScanner(line)
    var key: Bytes?
    var value: Bytes?
    do throws(JSONFault) {
      try scanner.beginObject()
      while let name = try scanner.nextMember() {
        switch name {
        case "key": key = try scanner.readBytes()
        case "key_b64": key = try scanner.readBase64()
        case "value": value = try scanner.readBytes()
        case "value_b64": value = try scanner.readBase64()
        default: try scanner.skipValue()
        }
      }
      try scanner.finish()
    } catch {
      throw RecordFault(error.description)
    }
    guard let key, !key.isEmpty, let value else { throw RecordFault("no key or no value") }
    return (key, value)
  }
}

/// Why a line is no record.
struct RecordFault: Error, Equatable {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}
