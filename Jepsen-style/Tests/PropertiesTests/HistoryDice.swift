import Determinism
import Histories

/// Small histories at random: a store that applies operations one at a time, somewhere between
/// invocation and completion, and that now and then lies, forgets, or loses the answer.
struct HistoryDice {
  enum Workload: CaseIterable {
    case register, transactions, listAppend, set
    /// Registers whose writes are of many values, most of which nobody asks for.
    case sparseRegister
  }

  private var dice: Dice
  private let workload: Workload
  private var store: [HistoryValue: HistoryValue] = [:]
  private var recorder = HistoryRecorder()
  private var unique: Int64 = 0

  private struct Request {
    let function: String
    let key: HistoryValue?
    let argument: HistoryValue
    var answer: HistoryValue?
    var isApplied = false
  }

  init(seed: UInt64, _ workload: Workload) {
    dice = Dice(seed: seed)
    self.workload = workload
  }

  static func history(seed: UInt64, _ workload: Workload) -> HistoryRecorder {
    var dice = HistoryDice(seed: seed, workload)
    dice.run(operations: 3 + Int(seed % 5))
    return dice.recorder
  }

  private mutating func run(operations: Int) {
    var open: [Request?] = Array(repeating: nil, count: 3)
    var names: [Int64] = [0, 1, 2]
    var started = 0
    while started < operations || open.contains(where: { $0 != nil }) {
      let place = Int(dice.below(3))
      let process = HistoryProcess.client(names[place])
      guard var request = open[place] else {
        guard started < operations else { continue }
        started += 1
        let request = self.request()
        recorder.invoke(process, request.function, key: request.key, request.argument)
        open[place] = request
        continue
      }
      guard request.isApplied else {
        request.isApplied = true
        // Sometimes an effect is forgotten.
        if !dice.chance(1, in: 12) { request.answer = apply(request) }
        open[place] = request
        continue
      }
      open[place] = nil
      if dice.chance(1, in: workload == .sparseRegister ? 3 : 6) {
        recorder.complete(process, .unknown)
        names[place] += 3
      } else if dice.chance(1, in: 15) {
        recorder.complete(process, .failed)
      } else {
        recorder.complete(process, .ok, request.answer ?? lie(request))
      }
    }
  }

  private mutating func request() -> Request {
    unique += 1
    let value = HistoryValue.integer(Int64(dice.below(3)))
    switch workload {
    case .register:
      switch dice.below(3) {
      case 0: return Request(function: "read", key: nil, argument: .null)
      case 1: return Request(function: "write", key: nil, argument: value)
      default:
        let old = HistoryValue.integer(Int64(dice.below(3)))
        return Request(function: "cas", key: nil, argument: .list([old, value]))
      }
    case .sparseRegister:
      switch dice.below(4) {
      case 0: return Request(function: "read", key: nil, argument: .null)
      case 1: return Request(function: "write", key: nil, argument: .integer(unique))
      default:
        // What was there long ago, what may be there now, or null.
        let old = unique - 1 - Int64(dice.below(3))
        let pair: [HistoryValue] = [old > 0 ? .integer(old) : .null, .integer(unique)]
        return Request(function: "cas", key: nil, argument: .list(pair))
      }
    case .set:
      return dice.chance(1, in: 2)
        ? Request(function: "read-set", key: nil, argument: .null)
        : Request(function: "add", key: nil, argument: .integer(unique))
    case .transactions, .listAppend:
      let parts = (0...dice.below(2)).map { HistoryValue.list(part($0)) }
      return Request(function: "txn", key: nil, argument: .list(parts))
    }
  }

  private mutating func part(_ number: UInt64) -> [HistoryValue] {
    let key = HistoryValue.text(["x", "y"][Int(dice.below(2))])
    if workload == .listAppend {
      return dice.chance(1, in: 2)
        ? [.keyword("r"), key, .null]
        : [.keyword("append"), key, .integer(unique * 10 + Int64(number))]
    }
    switch dice.below(5) {
    case 0, 1: return [.keyword("r"), key, .null]
    case 2: return [.keyword("eq"), key, .integer(Int64(dice.below(2)))]
    default: return [.keyword("w"), key, .integer(Int64(dice.below(2)))]
    }
  }

  private mutating func apply(_ request: Request) -> HistoryValue {
    switch request.function {
    case "read": return store[.null] ?? .null
    case "read-set": return store[.null] ?? .list([])
    case "write": store[.null] = request.argument
    case "add": store[.null] = .list((store[.null]?.list ?? []) + [request.argument])
    case "cas":
      let pair = request.argument.list ?? []
      guard store[.null] ?? .null == pair[0] else { return .boolean(false) }
      store[.null] = pair[1]
    default: return transact(request.argument.list ?? [])
    }
    return request.argument
  }

  private mutating func transact(_ parts: [HistoryValue]) -> HistoryValue {
    var after = store
    var answer: [HistoryValue] = []
    for var part in parts.compactMap(\.list) {
      let (name, key) = (part[0].word ?? "", part[1])
      switch name {
      case "r": part[2] = after[key] ?? .null
      case "eq": if after[key] ?? .null != part[2] { return .boolean(false) }
      case "append": after[key] = .list((after[key]?.list ?? []) + [part[2]])
      default: after[key] = part[2]
      }
      answer.append(.list(part))
    }
    store = after
    return .list(answer)
  }

  // What a store might answer that forgot to do anything.
  private mutating func lie(_ request: Request) -> HistoryValue {
    switch request.function {
    case "read" where workload == .sparseRegister:
      return .integer(1 + Int64(dice.below(UInt64(unique))))
    case "read": return .integer(Int64(dice.below(3)))
    case "read-set": return .list(Array((store[.null]?.list ?? []).dropLast()))
    case "txn" where workload == .listAppend:
      let before = store
      defer { store = before }
      return transact(request.argument.list ?? [])
    case "txn": return request.argument
    default: return request.argument
    }
  }
}
