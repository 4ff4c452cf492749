/// Writes a drawing as SVG: the few shapes that a timeline needs.
struct SVGWriter {
  private var body = ""
  let width: Double
  let height: Double

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Where text stands relative to its place.
  enum Anchor: String {
    case start, middle, end
  }

  /// - Parameter hint: what a viewer shows under the pointer.
  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String, opacity: Double = 1,
    hint: String = ""
  ) {
    let title = hint.isEmpty ? "" : "<title>\(Self.escaped(hint))</title>"
    body +=
      "<rect x=\"\(x.short)\" y=\"\(y.short)\" width=\"\(max(0, width).short)\" "
      + "height=\"\(max(0, height).short)\" fill=\"\(fill)\" fill-opacity=\"\(opacity)\">"
      + "\(title)</rect>\n"
  }

  mutating func line(
    from a: (x: Double, y: Double), to b: (x: Double, y: Double), stroke: String = "#ddd"
  ) {
    body +=
      "<line x1=\"\(a.x.short)\" y1=\"\(a.y.short)\" x2=\"\(b.x.short)\" y2=\"\(b.y.short)\" "
      + "stroke=\"\(stroke)\"/>\n"
  }

  mutating func polyline(_ points: [(x: Double, y: Double)], stroke: String) {
    let text = points.map { "\($0.x.short),\($0.y.short)" }.joined(separator: " ")
    body +=
      "<polyline points=\"\(text)\" fill=\"none\" stroke=\"\(stroke)\" "
      + "stroke-width=\"1.5\"/>\n"
  }

  mutating func text(
    _ text: String, x: Double, y: Double, anchor: Anchor = .start, size: Int = 11,
    fill: String = "#333"
  ) {
    body +=
      "<text x=\"\(x.short)\" y=\"\(y.short)\" text-anchor=\"\(anchor.rawValue)\" "
      + "font-size=\"\(size)\" fill=\"\(fill)\">\(Self.escaped(text))</text>\n"
  }

  /// The whole file.
  var document: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width.short) \(height.short)" \
    width="\(width.short)" height="\(height.short)" font-family="sans-serif">
    <rect width="100%" height="100%" fill="white"/>
    \(body)</svg>

    """
  }

  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
