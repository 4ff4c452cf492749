@testable import WriteAheadLog

extension WriteAheadLog where Files == CrashableDisk {
  /// Carries out, in a fixed order, what waits to be done beside the log: the files that it gave up
  /// go.
  func clear(_ disk: CrashableDisk) throws {
    while let order = orderClearing() {
      try order.carryOut(on: disk)
      ended(order, isDone: true)
    }
  }
}
