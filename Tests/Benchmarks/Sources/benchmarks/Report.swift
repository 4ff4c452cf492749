/// What is printed: one figure a line, with its unit.
enum Report {
  static func title(_ part: String) { print("\n# \(part)") }

  /// A cost in nanoseconds, and the rate that one core has.
  static func cost(_ what: String, _ nanoseconds: Double) {
    figure(what, nanoseconds, "ns", also: "\(grouped(Int(1e9 / nanoseconds)))/s")
  }

  /// A cost of so many bytes.
  static func cost(_ what: String, _ nanoseconds: Double, bytes: Int) {
    figure(
      what, nanoseconds, "ns", also: "\(grouped(Int(Double(bytes) * 1e3 / nanoseconds))) MB/s")
  }

  /// Any other figure.
  static func figure(_ what: String, _ figure: Double, _ unit: String, also: String = "") {
    let name = what + String(repeating: ".", count: max(3, 58 - what.count))
    let digits = figure >= 100 ? 0 : figure >= 10 ? 1 : 2
    print("\(name) \(fixed(figure, digits)) \(unit)" + (also.isEmpty ? "" : " (\(also))"))
  }

  static func fixed(_ figure: Double, _ digits: Int) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((figure * Double(scale)).rounded())
    guard digits > 0 else { return grouped(scaled) }
    let fraction = String(scaled % scale)
    return "\(grouped(scaled / scale)).\(String(repeating: "0", count: digits - fraction.count))"
      + fraction
  }

  private static func grouped(_ number: Int) -> String {
    let digits = String(number)
    return digits.enumerated().reduce(into: "") { text, digit in
      if digit.offset > 0, (digits.count - digit.offset) % 3 == 0 { text += "," }
      text.append(digit.element)
    }
  }
}
