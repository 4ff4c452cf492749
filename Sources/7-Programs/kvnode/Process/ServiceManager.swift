import CProcess
import NIOCore

/// The service manager that may have started this process (sd_notify(3)).
enum ServiceManager {
  /// The node serves. From now on its event loop, which does all of its work, reports that it
  /// turns, as often as the manager wants.
  static func serving(on loop: any EventLoop) {
    _ = process_notify("READY=1")
    let period = process_watchdog_period()
    guard period > 0 else { return }
    loop.scheduleRepeatedTask(
      initialDelay: .zero, delay: .microseconds(Int64(clamping: period))
    ) { _ in _ = process_notify("WATCHDOG=1") }
  }

  static func stopping() { _ = process_notify("STOPPING=1") }
}
