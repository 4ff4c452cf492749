import Glibc

/// A thread of its own for one piece of work.
enum OwnThread {
  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }

    func run() {
      takeName()
      body()
    }

    // proc(5); the C function for it is GNU's, which Swift does not see. A thread without a name
    // works as well.
    private func takeName() {
      let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { return }
      _ = write(file, name, name.utf8.count)
      close(file)
    }
  }

  /// Runs `body` on a new thread, which ends with it.
  /// - Parameter name: what profiles and `top -H` call it; the kernel keeps 15 bytes.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    precondition(name.utf8.count <= 15, "OwnThread: the name \(name) is too long")
    let start = Start(name, body)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context {
          Unmanaged<Start>.fromOpaque(context).takeRetainedValue().run()
        }
        return nil
      }, Unmanaged.passRetained(start).toOpaque())
    precondition(code == 0, "pthread_create for \(name): errno \(code)")
    pthread_detach(thread)
  }
}
