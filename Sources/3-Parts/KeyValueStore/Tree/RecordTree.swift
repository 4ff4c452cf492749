/// An ordered set of records: a B+tree, persistent by copy on write. Copying the value copies one
/// reference; a change then copies the nodes on one path, and only those that another copy still
/// shares.
///
/// The store keeps two. *Live* holds the newest version of each key that exists, found by the key
/// alone: positions of revision 0. *History* holds superseded versions and tombstones, found by
/// key and revision.
///
/// `Sendable` is true although unchecked: records and fences never change, and a node is changed
/// only while one tree alone refers to it.
///
/// Invariants: records stand in order of position; every record of a subtree lies between its
/// fences; a branch counts the records of each child; all leaves have height 0 and the same depth.
struct RecordTree: @unchecked Sendable {
  var root: Node

  init() { root = Node.make(height: 0, skip: 0) }

  var count: Int { root.total }

  /// The record at `position`: in live the one of that key (at revision 0), in history the one of
  /// that key and revision.
  func find(_ position: Position) -> Record? {
    var node = root
    while !node.isLeaf { node = node.children[node.child(of: position)] }
    let index = node.lowerBound(position)
    guard index < node.count else { return nil }
    let record = node.records[index]
    let skip = node.header.skip
    return KeyOrder.compare(record.key, position.key, skip: skip) == 0 ? record : nil
  }

  /// How many records precede `position`.
  func rank(of position: Position) -> Int {
    var node = root
    var rank = 0
    while !node.isLeaf {
      let index = node.child(of: position)
      for i in 0..<index { rank += node.counts[i] }
      node = node.children[index]
    }
    return rank + node.lowerBound(position)
  }
}
