internal import BinaryCodec
internal import Glibc

/// Standard output and standard error, and what they are connected to.
enum Terminal {
  enum Stream: Int32 {
    case output = 1
    case error = 2

    var isTerminal: Bool { isatty(rawValue) == 1 }
  }

  /// Colour only for people: on a terminal, unless `NO_COLOR` is set (no-color.org).
  static let hasColour = Stream.output.isTerminal && getenv("NO_COLOR") == nil

  enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
  }

  static func styled(_ text: String, _ style: Style) -> String {
    hasColour ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// Writes all of `bytes`, or says with which error number that ended.
  @discardableResult
  static func write(_ bytes: Bytes, to stream: Stream) -> CInt? {
    var rest = bytes
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(stream.rawValue, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(written)
    }
    return nil
  }

  @discardableResult
  static func write(_ text: String, to stream: Stream) -> CInt? {
    write(Array(text.utf8)[...], to: stream)
  }

  /// One line on standard error; line ends inside the message become spaces.
  static func complain(_ message: String) {
    let line = String(message.map { $0.isNewline ? " " : $0 })
    write("kvctl: \(line)\n", to: .error)
  }

  /// Columns of the terminal behind standard error, where the progress bar stands.
  static var columns: Int {
    var size = winsize()
    guard ioctl(Stream.error.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }
}
