internal import CProcess

/// A thread of its own for one piece of work.
enum OwnThread {
  private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs `body` on a new thread, which ends with it.
  /// - Parameter name: what profiles and `top -H` call it; the kernel keeps 15 bytes.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    precondition(name.utf8.count <= 15, "OwnThread: the name \(name) is too long")
    let code = process_start_thread(
      name,
      { context in
        if let context { Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(Start(body)).toOpaque())
    precondition(code == 0, "pthread_create for \(name): errno \(code)")
  }
}
