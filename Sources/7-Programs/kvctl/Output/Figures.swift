/// Numbers as people read them, without Foundation.
enum Figures {
  /// 1234567 as `1,234,567`.
  static func grouped(_ number: some BinaryInteger) -> String {
    let digits = Array(String(number))
    var text = ""
    for (place, digit) in digits.enumerated() {
      let left = digits.count - place
      if place > 0, left % 3 == 0, digits[place - 1] != "-" { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// A state's hash with all of its sixteen digits, as in JSON: so that two of them can be
  /// compared as text.
  static func hash(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  /// With `places` digits behind the point, rounded.
  static func fixed(_ number: Double, _ places: Int) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "-" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int64((abs(number) * scale).rounded())
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + String(scaled) }
    let fraction = String(scaled % Int64(scale))
    let padding = String(repeating: "0", count: places - fraction.utf8.count)
    return "\(sign)\(scaled / Int64(scale)).\(padding)\(fraction)"
  }

  static func seconds(_ seconds: Double) -> String {
    if seconds >= 5400 { return "\(fixed(seconds / 3600, 1)) h" }
    if seconds >= 90 { return "\(fixed(seconds / 60, 1)) min" }
    return "\(fixed(seconds, seconds < 10 ? 1 : 0)) s"
  }

  /// A latency in nanoseconds: µs below a millisecond, seconds from one on.
  static func latency(_ nanoseconds: UInt64) -> String {
    let value = Double(nanoseconds)
    if value >= 1e9 { return "\(fixed(value / 1e9, 2)) s" }
    if value >= 1e6 { return "\(fixed(value / 1e6, 2)) ms" }
    return "\(fixed(value / 1e3, 0)) µs"
  }

  static func bytes(_ count: UInt64) -> String {
    let value = Double(count)
    if count >= 1 << 30 { return "\(fixed(value / 1_073_741_824, 1)) GiB" }
    if count >= 1 << 20 { return "\(fixed(value / 1_048_576, 1)) MiB" }
    if count >= 1 << 10 { return "\(fixed(value / 1024, 1)) KiB" }
    return "\(count) B"
  }
}
