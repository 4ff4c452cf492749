internal import Histories

/// The operations on one counter, in the order of their events.
struct CounterHistory {
  // What happens to the counter's bounds, in the order of the events.
  private enum Moment {
    case addBegan(Int64)
    case addEnded(Int64)
    case readBegan(Int)
    case readEnded(Int)
  }

  // Sums of the additions, apart by sign and by whether they certainly happened.
  private struct Sums {
    var raisedForSure: Int64 = 0
    var raisedPerhaps: Int64 = 0
    var loweredForSure: Int64 = 0
    var loweredPerhaps: Int64 = 0
  }

  private let key: HistoryValue?
  private let operations: [HistoryOperation]
  private var moments: [(event: Int, moment: Moment)] = []
  private var values: [Int: Int64] = [:]
  private var onlyGrows = true

  init(key: HistoryValue?, _ operations: [HistoryOperation]) throws(PropertyError) {
    self.key = key
    self.operations = operations
    for (index, operation) in operations.enumerated() {
      switch operation.function {
      case "add":
        guard let amount = operation.argument.integer else {
          throw .unsuitable(operation, reason: "add takes a whole number")
        }
        guard operation.outcome != .failed else { continue }
        onlyGrows = onlyGrows && amount >= 0
        moments.append((operation.invoked, .addBegan(amount)))
        if let completed = operation.completed { moments.append((completed, .addEnded(amount))) }
      case "read":
        guard operation.outcome == .ok, let completed = operation.completed else { continue }
        guard let value = operation.result == .null ? 0 : operation.result.integer else {
          throw .unsuitable(operation, reason: "a read of a counter returns a whole number")
        }
        values[index] = value
        moments.append((operation.invoked, .readBegan(index)))
        moments.append((completed, .readEnded(index)))
      default: throw .unsuitable(operation, reason: "a counter knows add and read")
      }
    }
    moments.sort { $0.event < $1.event }
  }

  func violation() throws(Overflow) -> PropertyViolation? {
    var now = Sums()
    var atBegin: [Int: Sums] = [:]
    var highest: (value: Int64, read: Int)?
    var highestAtBegin: [Int: (value: Int64, read: Int)] = [:]
    for (_, moment) in moments {
      switch moment {
      case .addBegan(let amount) where amount > 0: try Self.add(amount, to: &now.raisedPerhaps)
      case .addBegan(let amount): try Self.add(amount, to: &now.loweredPerhaps)
      case .addEnded(let amount) where amount > 0: try Self.add(amount, to: &now.raisedForSure)
      case .addEnded(let amount): try Self.add(amount, to: &now.loweredForSure)
      case .readBegan(let read):
        atBegin[read] = now
        if onlyGrows { highestAtBegin[read] = highest }
      case .readEnded(let read):
        guard let value = values[read], let begin = atBegin[read] else { continue }
        var least = begin.raisedForSure
        var most = now.raisedPerhaps
        try Self.add(now.loweredPerhaps, to: &least)
        try Self.add(begin.loweredForSure, to: &most)
        if value < least || value > most {
          return PropertyViolation(
            key: key, reason: "a read returned \(value), which is not in \(least)…\(most)",
            operations: [operations[read]])
        }
        if let earlier = highestAtBegin[read], value < earlier.value {
          return PropertyViolation(
            key: key, reason: "a read fell from \(earlier.value) to \(value)",
            operations: [operations[earlier.read], operations[read]])
        }
        if value > highest?.value ?? .min { highest = (value, read) }
      }
    }
    return nil
  }

  private static func add(_ amount: Int64, to sum: inout Int64) throws(Overflow) {
    let (result, over) = sum.addingReportingOverflow(amount)
    if over { throw Overflow() }
    sum = result
  }
}

/// A sum of additions left 64 bits: the check cannot tell.
struct Overflow: Error {}
