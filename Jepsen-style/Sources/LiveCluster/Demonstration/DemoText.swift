internal import Glibc

/// What the demonstration prints: coloured, and with a counter that runs, on a terminal only.
package struct DemoText: Sendable {
  private let isTerminal = isatty(1) == 1
  private let hasColour = isatty(1) == 1 && getenv("NO_COLOR") == nil

  package init() {}

  enum Style: String {
    case bold = "1"
    case good = "32"
    case bad = "31"
    case dim = "2"
  }

  func styled(_ text: String, _ style: Style) -> String {
    hasColour ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// A whole line.
  func line(_ text: String) { write((isTerminal ? "\r\u{1b}[K" : "") + text + "\n") }

  /// A line that the next one replaces; nothing where lines stay.
  func passing(_ text: String) { if isTerminal { write("\r\u{1b}[K" + text) } }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(1, bytes, bytes.count)
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
}
