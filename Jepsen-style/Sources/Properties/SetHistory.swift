internal import Histories

/// The operations on one set, and the one order that its reads allow.
struct SetHistory {
  private struct Read {
    let operation: HistoryOperation
    let elements: [HistoryValue]
  }

  private let key: HistoryValue?
  private var adds: [HistoryOperation] = []
  private var placeOfAdd: [HistoryValue: Int] = [:]
  private var reads: [Read] = []

  init(key: HistoryValue?) { self.key = key }

  mutating func take(_ operation: HistoryOperation) throws(PropertyError) {
    switch operation.function {
    case "add":
      guard placeOfAdd.updateValue(adds.count, forKey: operation.argument) == nil else {
        throw .unsuitable(operation, reason: "an element may be added once only")
      }
      adds.append(operation)
    case "read":
      guard operation.outcome == .ok else { return }
      guard let elements = operation.result == .null ? [] : operation.result.list else {
        throw .unsuitable(operation, reason: "a read of a set returns a list")
      }
      reads.append(Read(operation: operation, elements: elements))
    default: throw .unsuitable(operation, reason: "a set knows add and read")
    }
  }

  // Steps of the one possible order: adds at even numbers, the reads that show them at the next odd
  // one.
  func violation() -> PropertyViolation? {
    let order = reads.indices.sorted {
      (reads[$0].elements.count, $0) < (reads[$1].elements.count, $1)
    }
    let unseen = 2 * order.count + 2
    var stepOfAdd = Array(repeating: unseen, count: adds.count)
    var steps: [(step: Int, operation: HistoryOperation)] = []
    var smaller: Read?
    var step = 1
    for place in order {
      let read = reads[place]
      if let violation = violation(within: read) { return violation }
      let size = smaller?.elements.count ?? 0
      if read.elements.count > size { step += 2 }
      var shared = 0
      for add in read.elements.compactMap({ placeOfAdd[$0] }) {
        if stepOfAdd[add] == unseen { stepOfAdd[add] = step - 1 } else { shared += 1 }
      }
      if shared < size, let smaller {
        return violated(
          "two reads, each without an element of the other", [smaller.operation, read.operation])
      }
      steps.append((step, read.operation))
      smaller = read
    }
    for (add, step) in zip(adds, stepOfAdd) where step < unseen || add.outcome == .ok {
      steps.append((step, add))
    }
    steps.sort { ($0.step, $0.operation.invoked) < ($1.step, $1.operation.invoked) }
    return violationOfTime(steps)
  }

  private func violation(within read: Read) -> PropertyViolation? {
    guard Set(read.elements).count == read.elements.count else {
      return violated("a read shows an element twice", [read.operation])
    }
    for element in read.elements {
      guard let add = placeOfAdd[element] else {
        return violated("a read shows \(element), which nobody added", [read.operation])
      }
      if adds[add].outcome == .failed {
        return violated(
          "a read shows \(element), whose add failed", [adds[add], read.operation])
      }
    }
    return nil
  }

  // What stands at an earlier step must not have begun after something of a later step was
  // complete.
  private func violationOfTime(
    _ steps: [(step: Int, operation: HistoryOperation)]
  ) -> PropertyViolation? {
    var latest: HistoryOperation?
    var latestOfStep: HistoryOperation?
    var current = 0
    for (step, operation) in steps {
      if step > current {
        latest = latestOfStep
        current = step
      }
      if let latest, operation.precedes(latest) {
        return violated(Self.reason(operation, latest), [operation, latest])
      }
      if operation.invoked > latestOfStep?.invoked ?? -1 { latestOfStep = operation }
    }
    return nil
  }

  // `first` was complete before `second` began, but the reads put it after.
  private static func reason(_ first: HistoryOperation, _ second: HistoryOperation) -> String {
    switch (first.function, second.function) {
    case ("add", "read"): "a read misses an element whose add was acknowledged before"
    case ("read", "add"): "a read shows an element before its add began"
    case ("read", _): "a read misses an element that an earlier read showed"
    default: "a read shows the later of two adds without the earlier"
    }
  }

  private func violated(_ reason: String, _ operations: [HistoryOperation]) -> PropertyViolation {
    PropertyViolation(key: key, reason: reason, operations: operations)
  }
}
