import Histories

extension DependencyGraph {
  /// Who must precede whom by what was read.
  mutating func addDependencies(_ orders: VersionOrders) {
    for key in orders.orders.indices {
      let sources = orders.orders[key].map { element in
        orders.source(of: element, in: key)
      }
      for (first, second) in zip(sources, sources.dropFirst()) {
        if let first, let second { add(first, before: second, .writeWrite, key: key) }
      }
    }
    for read in orders.externalReads {
      let order = orders.orders[read.key]
      if read.length > 0, let source = orders.source(of: order[read.length - 1], in: read.key) {
        add(source, before: read.transaction, .writeRead, key: read.key)
      }
      if read.length < order.count, let next = orders.source(of: order[read.length], in: read.key) {
        add(read.transaction, before: next, .readWrite, key: read.key)
      }
    }
    addUnseenAppends(orders)
  }

  // An acknowledged append that no read shows came after all elements that reads show: whoever read
  // the whole list read it before. One node a list stands for "the end of what was seen", so that
  // readers and appenders need not be paired.
  private mutating func addUnseenAppends(_ orders: VersionOrders) {
    var unseen: [[Int]] = Array(repeating: [], count: orders.orders.count)
    var readers = unseen
    for (index, transaction) in orders.transactions.enumerated()
    where transaction.outcome == .ok {
      for key in transaction.appendedKeys
      where !transaction.appends(to: key).contains(where: { orders.isSeen($0, in: key) }) {
        unseen[key].append(index)
      }
    }
    for read in orders.externalReads where read.length == orders.orders[read.key].count {
      readers[read.key].append(read.transaction)
    }
    for key in unseen.indices where !unseen[key].isEmpty {
      let end = addNode()
      for appender in unseen[key] { add(end, before: appender, .writeWrite, key: key) }
      if let last = orders.orders[key].last, let source = orders.source(of: last, in: key) {
        add(source, before: end, .writeWrite, key: key)
      }
      let appenders = Set(unseen[key])
      // Who both read the end and appended must not seem to precede itself. Two of them are a lost
      // update whatever else happened, so edges between the first and the others say enough.
      var updater: Int?
      for reader in readers[key] {
        guard appenders.contains(reader) else {
          add(reader, before: end, .readWrite, key: key)
          continue
        }
        guard let first = updater else {
          updater = reader
          for appender in unseen[key] { add(reader, before: appender, .readWrite, key: key) }
          continue
        }
        add(reader, before: first, .readWrite, key: key)
      }
    }
  }

  /// Who completed before whom began. Only the last ones to complete are linked: the order is
  /// transitive.
  mutating func addTime(_ operations: [HistoryOperation]) {
    var moments: [(event: Int, operation: Int, isEnd: Bool)] = []
    for (index, operation) in operations.enumerated() where operation.outcome != .failed {
      moments.append((operation.invoked, index, false))
      if let completed = operation.completed { moments.append((completed, index, true)) }
    }
    moments.sort { $0.event < $1.event }
    var latest: [Int] = []
    var previous: [HistoryProcess: Int] = [:]
    for moment in moments {
      let operation = operations[moment.operation]
      guard moment.isEnd else {
        if let earlier = previous[operation.process] {
          add(earlier, before: moment.operation, .process)
        }
        for earlier in latest { add(earlier, before: moment.operation, .realTime) }
        continue
      }
      previous[operation.process] = moment.operation
      latest.removeAll { operations[$0].precedes(operation) }
      latest.append(moment.operation)
    }
  }
}
