internal import Synchronization

/// How many bytes of entries the storage thread has appended since the start: what a snapshot that
/// is being written runs against.
final class LogGrowth: Sendable {
  private let total = Atomic<UInt64>(0)

  var bytes: UInt64 { total.load(ordering: .relaxed) }

  func add(_ bytes: Int) { total.wrappingAdd(UInt64(bytes), ordering: .relaxed) }
}
