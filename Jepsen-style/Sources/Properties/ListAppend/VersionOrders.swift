import Histories

/// In which order the elements of each list were appended, as the reads tell it, and what
/// contradicts any order at all.
///
/// A list only grows at its end, so the longest read is the order, and every other read must be a
/// beginning of it: that is what makes the workload worth its price (Elle, section 3).
struct VersionOrders {
  struct Element: Hashable {
    let key: Int
    let element: Int32
  }

  /// A read of a list as it was before the reader's own appends: a beginning of the order, of this
  /// length.
  struct ExternalRead {
    let transaction: Int
    let key: Int
    let length: Int
  }

  /// What is wrong with single reads; numbers are places in `transactions`.
  struct Finding {
    let kind: ListAppendAnomaly.Kind
    let transactions: [Int]
    let reason: String
  }

  let transactions: [AppendTransaction]
  private(set) var orders: [[Int32]]
  private(set) var externalReads: [ExternalRead] = []
  private(set) var findings: [Finding] = []
  /// Who appended an element: a place in `transactions`.
  private(set) var appender: [Element: Int] = [:]

  /// Elements that some read shows.
  private var seen: Set<Element> = []
  private var longestReader: [Int]
  private let names: (keys: [HistoryValue], elements: [HistoryValue])

  /// - Precondition: no element is appended twice to one list.
  init(
    _ transactions: [AppendTransaction], keys: [HistoryValue], elements: [HistoryValue]
  ) {
    self.transactions = transactions
    names = (keys, elements)
    orders = Array(repeating: [], count: keys.count)
    longestReader = Array(repeating: -1, count: keys.count)
    for (index, transaction) in transactions.enumerated() {
      for case .append(let key, let element) in transaction.parts {
        let previous = appender.updateValue(index, forKey: Element(key: key, element: element))
        precondition(previous == nil, "element \(element) of list \(key) is appended twice")
      }
    }
    for (index, transaction) in transactions.enumerated() where transaction.outcome == .ok {
      for case .read(let key, let list?) in transaction.parts
      where longestReader[key] < 0 || list.count > orders[key].count {
        orders[key] = list
        longestReader[key] = index
      }
    }
    for key in orders.indices {
      seen.formUnion(orders[key].map { Element(key: key, element: $0) })
      checkOrder(of: key)
    }
    for index in transactions.indices where transactions[index].outcome == .ok {
      checkReads(of: index)
    }
  }

  /// Whether a read of this list has the element.
  func isSeen(_ element: Int32, in key: Int) -> Bool {
    seen.contains(Element(key: key, element: element))
  }

  func source(of element: Int32, in key: Int) -> Int? {
    appender[Element(key: key, element: element)]
  }

  private mutating func report(
    _ kind: ListAppendAnomaly.Kind, _ transactions: [Int], _ reason: String
  ) {
    guard findings.count < Limits.anomalies else { return }
    findings.append(Finding(kind: kind, transactions: transactions, reason: reason))
  }

  private mutating func checkOrder(of key: Int) {
    let name = names.keys[key]
    let reader = longestReader[key]
    var met: Set<Int32> = []
    for element in orders[key] {
      let value = names.elements[Int(element)]
      if !met.insert(element).inserted {
        report(.duplicateElement, [reader], "\(name) has \(value) twice")
      }
      guard let source = appender[Element(key: key, element: element)] else {
        report(.phantomElement, [reader], "nobody appended \(value) to \(name)")
        continue
      }
      if transactions[source].outcome == .failed {
        report(
          .abortedRead, [source, reader],
          "T2 read \(value) in \(name), which T1 appended, but T1 failed")
      }
    }
  }

  private mutating func checkReads(of index: Int) {
    // What this transaction knows of each list it touched: its last read, and its own appends since
    // it began.
    var lastRead: [Int: [Int32]] = [:]
    var ownAppends: [Int: [Int32]] = [:]
    for part in transactions[index].parts {
      switch part {
      case .append(let key, let element):
        ownAppends[key, default: []].append(element)
        lastRead[key]?.append(element)
      case .read(_, nil): break
      case .read(let key, let list?):
        let own = ownAppends[key] ?? []
        if let expected = lastRead[key] {
          if expected != list {
            report(.internalInconsistency, [index], "\(names.keys[key]) changed under T1")
          }
          continue
        }
        lastRead[key] = list
        guard list.suffix(own.count) == own[...] else {
          report(.internalInconsistency, [index], "T1 misses its own appends to \(names.keys[key])")
          continue
        }
        checkExternal(Array(list.dropLast(own.count)), list, of: key, by: index)
      }
    }
  }

  private mutating func checkExternal(
    _ external: [Int32], _ whole: [Int32], of key: Int, by index: Int
  ) {
    guard orders[key].starts(with: whole) else {
      report(
        .incompatibleOrder, [longestReader[key], index],
        "neither read of \(names.keys[key]) is the beginning of the other")
      return
    }
    externalReads.append(ExternalRead(transaction: index, key: key, length: external.count))
    guard let last = external.last,
      let source = appender[Element(key: key, element: last)], source != index,
      transactions[source].appends(to: key).last != last
    else { return }
    report(
      .intermediateRead, [source, index],
      "T2 read \(names.keys[key]) between two appends of T1")
  }
}
