public import Histories

/// Counters: `add n` and `read`, which returns the sum. Each read must lie between what was
/// certainly added before it began and what may have been added before it ended; where nothing is
/// ever subtracted, it must also not fall below what an earlier read returned.
///
/// An increment that was applied twice, or lost, leaves these bounds as soon as a read follows in
/// peace. They are necessary, not sufficient: a wrong value inside the bounds is not noticed.
public enum CounterChecker {
  public static let functions = ["add", "read"]

  public static func check(_ history: History) throws(PropertyError) -> PropertyResult {
    for part in history.operationsByKey() {
      let counter = try CounterHistory(key: part.key, part.operations)
      do throws(Overflow) {
        if let violation = try counter.violation() { return .violated(violation) }
      } catch {
        return .undecided(reason: "the sum of the additions exceeds 64 bits")
      }
    }
    return .holds
  }
}

private struct Overflow: Error {}

private struct CounterHistory {
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
