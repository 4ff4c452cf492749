import Determinism
import Glibc

/// The service manager that may have started this process (sd_notify(3)): one datagram a message
/// to the socket that $NOTIFY_SOCKET names. Nobody listening is no fault.
struct ServiceManager {
  private let path: String?
  /// How often it wants to hear that this process is well: half of $WATCHDOG_USEC, nil for never.
  let watchdogPeriod: TimeSpan?

  init(environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }) {
    path = environment("NOTIFY_SOCKET")
    let isMeant = environment("WATCHDOG_PID").map { Int32($0) == getpid() } ?? true
    watchdogPeriod = environment("WATCHDOG_USEC").flatMap(UInt64.init).flatMap { period in
      isMeant && period >= 2 ? .microseconds(period / 2) : nil
    }
  }

  /// - Parameter state: lines such as `READY=1`.
  func tell(_ state: String) {
    guard let path else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    guard !name.isEmpty, name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    // An @ stands for the zero byte of an abstract name, whose length counts.
    if name[0] == UInt8(ascii: "@") { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let message = Array(state.utf8)
    _ = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
  }
}
