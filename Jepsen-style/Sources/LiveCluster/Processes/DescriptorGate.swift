internal import Synchronization

/// Who makes a descriptor and who starts a process pass one at a time: a process that starts
/// between a descriptor's making and its close-on-exec mark would inherit it, and hold a connection
/// open that the proxy has closed.
enum DescriptorGate {
  private static let gate = Mutex<Void>(())

  static func pass<Result>(_ body: () -> Result) -> Result {
    gate.withLock { _ in body() }
  }
}
