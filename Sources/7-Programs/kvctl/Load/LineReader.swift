internal import BinaryCodec

/// Cuts an input into lines, with the mark behind each. Lines are bounded, so that a file without
/// line ends does not fill the memory.
struct LineReader: ~Copyable {
  private let input: InputFile
  private var buffer: Bytes = []
  private var isAtEnd = false
  /// Where the line that `next` will give starts; counts lines and bytes.
  private(set) var bytes: UInt64 = 0
  private(set) var checksum: UInt32 = 0
  private(set) var lines = 0

  init(_ input: consuming InputFile) { self.input = input }

  var name: String { input.name }
  var size: Int? { input.size }

  /// The next line without its end (`\n` or `\r\n`); nil at the end of the input.
  mutating func next() throws(CommandFailure) -> Bytes? {
    var searched = buffer.startIndex
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = buffer[..<end]
        take(buffer[...end])
        return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      }
      guard !isAtEnd else {
        guard !buffer.isEmpty else { return nil }
        let line = buffer
        take(line)
        return line
      }
      guard buffer.count <= Limits.lineBytes else {
        throw CommandFailure(
          "\(name): line \(lines + 1) is longer than \(Limits.lineBytes) bytes: is this the right "
            + "file?"
        )
      }
      let searchedBytes = buffer.count
      let piece = try input.read()
      isAtEnd = piece.isEmpty
      buffer = Array(buffer)[...] + piece
      searched = buffer.startIndex + searchedBytes
    }
  }

  private mutating func take(_ line: Bytes) {
    bytes += UInt64(line.count)
    checksum = Checksum.crc32c(line, seed: checksum)
    lines += 1
    buffer = buffer[line.endIndex...]
  }
}
