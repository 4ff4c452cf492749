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

struct RecordFault: Error, Equatable {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

/// The records of an input, numbered, each with the mark behind it.
struct RecordSource: ~Copyable {
  private var lines: LineReader
  private let format: RecordFormat
  private var records = 0

  init(_ input: consuming InputFile, format: RecordFormat) {
    lines = LineReader(input)
    self.format = format
  }

  var size: Int? { lines.size }

  mutating func next() throws(CommandFailure) -> LoadRecord? {
    while let line = try lines.next() {
      do throws(RecordFault) {
        guard let (key, value) = try format.parse(line) else { continue }
        records += 1
        return LoadRecord(number: records - 1, key: key, value: value, end: mark)
      } catch {
        throw CommandFailure("\(lines.name): line \(lines.lines): \(error.reason)")
      }
    }
    return nil
  }

  /// Reads up to `mark`, which an earlier run reached; refuses an input that differs before it.
  mutating func skip(to mark: InputMark) throws(CommandFailure) {
    while records < mark.records, try next() != nil {}
    guard self.mark == mark else {
      throw CommandFailure(
        "\(lines.name) is not the input that the state file was written for: "
          + "load it with another --state file")
    }
  }

  private var mark: InputMark {
    InputMark(records: records, bytes: lines.bytes, checksum: lines.checksum)
  }
}
