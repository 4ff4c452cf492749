/// What a register's history need not say for the same verdict: writes of unknown outcome that
/// nobody could have noticed, and which of two values they wrote when nobody asked for either.
///
/// Long runs under faults have hundreds of writes of unknown outcome, each of another value, and
/// each may take effect at any time: 2ⁿ configurations. Most of them nobody saw.
struct RegisterReduction {
  typealias Call = RegisterModel.Call

  /// Stands for every value that nobody asked for; those of histories are numbered from zero.
  static let unnamed: Int32 = -1

  /// Values that a compare-and-set said were not there.
  private let denied: Set<Int32>
  private let initial: Int32

  init(_ calls: [TimedCall<Call>], initial: Int32) {
    self.initial = initial
    var denied: Set<Int32> = []
    for case .mismatch(let value) in calls.map(\.call) { denied.insert(value) }
    self.denied = denied
  }

  /// The calls that matter, in the same order and as far as their values do.
  func applied(to calls: [TimedCall<Call>]) -> [TimedCall<Call>] {
    var left = calls
    var count = 0
    // What a call that is left out asked for may be asked for by nobody else.
    repeat {
      count = left.count
      let (named, written) = (named(by: left), written(by: left))
      left.removeAll { $0.completed == nil && isIdle($0.call, named, written) }
    } while left.count < count
    let named = named(by: left)
    return left.map { $0.completed == nil ? $0.with(Self.renamed($0.call, named)) : $0 }
  }

  // Left out of an order in which it took effect, a call leaves the value before it standing until
  // the next write. That is another order of the same answers when nobody asked for what it wrote,
  // and nobody was told meanwhile that the value before was not there.
  private func isIdle(_ call: Call, _ named: Set<Int32>, _ written: Set<Int32>) -> Bool {
    switch call {
    case .read, .mismatch: true
    case .write(let value): denied.isEmpty && !named.contains(value)
    case .compareAndSet(let old, let new):
      // It never took effect where nobody wrote what it compares with.
      !written.contains(old) || (!named.contains(new) && !denied.contains(old))
    }
  }

  /// Values that some answer depends on.
  private func named(by calls: [TimedCall<Call>]) -> Set<Int32> {
    var named = denied
    for timed in calls {
      switch timed.call {
      case .read(let value), .compareAndSet(let value, _): named.insert(value)
      case .write, .mismatch: break
      }
    }
    return named
  }

  private func written(by calls: [TimedCall<Call>]) -> Set<Int32> {
    var written: Set<Int32> = [initial]
    for timed in calls {
      switch timed.call {
      case .write(let value), .compareAndSet(_, let value): written.insert(value)
      case .read, .mismatch: break
      }
    }
    return written
  }

  // No call tells two values apart that none names: as one value they make equal states and equal
  // calls. What is known to have happened keeps its value, for the witness.
  private static func renamed(_ call: Call, _ named: Set<Int32>) -> Call {
    switch call {
    case .read, .mismatch: call
    case .write(let value): .write(named.contains(value) ? value : unnamed)
    case .compareAndSet(let old, let new):
      .compareAndSet(old: old, new: named.contains(new) ? new : unnamed)
    }
  }
}

extension TimedCall {
  fileprivate func with(_ call: Call) -> TimedCall {
    TimedCall(call, invoked: invoked, completed: completed, operation: operation)
  }
}
