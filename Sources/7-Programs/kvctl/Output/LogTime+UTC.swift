internal import Glibc
internal import RaftTypes

extension LogTime {
  /// As people and ISO 8601 write it: 2026-11-21 07:30:05 UTC.
  var utc: String {
    var seconds = time_t(clamping: milliseconds / 1000)
    var date = tm()
    guard gmtime_r(&seconds, &date) != nil else { return "at \(milliseconds) ms" }
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(1900 + Int(date.tm_year))-\(two(date.tm_mon + 1))-\(two(date.tm_mday)) "
      + "\(two(date.tm_hour)):\(two(date.tm_min)):\(two(date.tm_sec)) UTC"
  }
}
