internal import Glibc

/// The Date header's text, made once a second.
struct HTTPDate {
  private(set) var text: [UInt8] = []
  private var second: time_t = -1

  /// The text for now.
  mutating func refreshed() -> [UInt8] {
    let now = time(nil)
    if now != second {
      second = now
      text = Self.text(of: now)
    }
    return text
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, whatever the process's locale is.
  static func text(of second: time_t) -> [UInt8] {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    var second = second
    var parts = tm()
    gmtime_r(&second, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = days[Int(parts.tm_wday)]
    let date = "\(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(1900 + parts.tm_year)"
    let time = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    return Array("\(day), \(date) \(time) GMT".utf8)
  }
}
