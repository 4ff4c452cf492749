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
