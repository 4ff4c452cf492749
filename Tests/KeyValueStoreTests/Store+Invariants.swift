import Testing

@testable import KeyValueStore

extension Store {
  /// Recomputes from the records all that the store keeps incrementally.
  func checkInvariants() -> Bool {
    let (live, history) = (contents.live.all, contents.superseded)
    return contents.live.checkInvariants() && contents.graves.checkInvariants()
      && live.allSatisfy { !$0.isTombstone } && contents.graves.all.allSatisfy(\.isTombstone)
      && contents.recordHash == (live + history).reduce(0) { $0 &+ $1.stateHash }
      && contents.liveBytes == live.reduce(0) { $0 + $1.byteCount }
      && contents.historyBytes == history.reduce(0) { $0 + $1.byteCount }
      && contents.historyCount == history.count && garbage.count == history.count
  }
}

extension StoreView {
  /// Tombstones and everything that stands behind the newest versions.
  var superseded: [Record] {
    graves.all
      + (live.all + graves.all).flatMap { newest in
        Array(
          sequence(state: newest) { record in
            guard let older = predecessor(of: record) else { return nil }
            record = older
            return older
          })
      }
  }
}

extension RecordTree {
  /// All records by a walk of the nodes, without a cursor.
  var all: [Record] { Self.records(of: root) }

  private static func records(of node: Node) -> [Record] {
    node.isLeaf
      ? (0..<node.count).map { node.records[$0] }
      : (0..<node.count).flatMap { records(of: node.children[$0]) }
  }

  func checkInvariants() -> Bool {
    let records = all
    let ordered = zip(records, records.dropFirst()).allSatisfy {
      $0.position.precedes($1.position)
    }
    return ordered && records.count == count && Self.check(root, low: nil, high: nil)
  }

  private static func check(_ node: Node, low: Fence?, high: Fence?) -> Bool {
    var skip = 0
    if let low, let high { skip = KeyOrder.shared(low.position.key, high.position.key) }
    guard node.header.skip == skip, node.count <= Node.capacity else { return false }
    let used = node.isLeaf ? node.count : node.count - 1
    guard (used..<Node.capacity).allSatisfy({ node.heads[$0] == .max }) else { return false }
    guard !node.isLeaf else {
      return (0..<node.count).allSatisfy { i in
        let record = node.records[i]
        return node.heads[i] == KeyOrder.head(record.key, skip: skip)
          && !(low.map { record.position.precedes($0.position) } ?? false)
          && high.map { record.position.precedes($0.position) } ?? true
      }
    }
    return (0..<node.count).allSatisfy { i in
      let child = node.children[i]
      let left = i == 0 ? low : node.fences[i - 1]
      let right = i == node.count - 1 ? high : node.fences[i]
      return child.header.height == node.header.height - 1
        && node.counts[i] == records(of: child).count
        && (i == node.count - 1
          || node.heads[i] == KeyOrder.head(node.fences[i].position.key, skip: skip))
        && check(child, low: left, high: right)
    }
  }
}
