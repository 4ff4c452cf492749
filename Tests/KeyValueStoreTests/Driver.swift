import BinaryCodec
import ClientProtocol
import RaftTypes
import Testing

@testable import KeyValueStore

/// Feeds a store and the model the same, entry by entry.
struct Driver {
  var store = Store()
  var model = Model()
  /// Every command applied, for replays.
  private(set) var log: [[UInt8]] = []

  mutating func apply(_ operation: Command.Operation) {
    let expected = model.apply(operation)
    let command = Command(operation).encoded()
    log.append(command)
    #expect(store.apply(next: command) == expected, "\(operation)")
  }

  func compare(_ query: RangeQuery) { compare(store.view(), model, query) }

  func compare(_ view: StoreView, _ model: Model, _ query: RangeQuery) {
    #expect(Result { () throws(StoreRefusal) in try view.read(query) } == model.read(query))
  }
}

extension Store {
  /// Applies the command of the next entry.
  mutating func apply(next command: [UInt8], time: UInt64? = nil) -> CommandResult {
    let index = appliedIndex.next
    return apply(
      command[...], at: index,
      time: time.map { LogTime(milliseconds: $0) } ?? LogTime(milliseconds: index.number * 10))
  }

  @discardableResult
  mutating func apply(
    _ operation: Command.Operation, stamp: SessionStamp? = nil, time: UInt64? = nil
  ) -> CommandResult {
    apply(next: Command(operation, stamp: stamp).encoded(), time: time)
  }

  @discardableResult
  mutating func put(_ key: String, _ value: String) -> CommandResult {
    apply(.put(Put(key: bytes(key), value: bytes(value))))
  }

  @discardableResult
  mutating func delete(_ range: KeyRange) -> CommandResult {
    apply(.delete(Delete(range: range)))
  }

  /// Entries that are no commands.
  mutating func idle(_ count: Int, time: UInt64? = nil) {
    for _ in 0..<count {
      let index = appliedIndex.next
      advance(
        to: index,
        time: time.map { LogTime(milliseconds: $0) } ?? LogTime(milliseconds: index.number * 10))
    }
  }

  func get(_ key: String, at revision: UInt64? = nil) throws(StoreRefusal) -> KeyValue? {
    try read(RangeQuery(range: .key(bytes(key)), revision: revision.map { Revision($0) }))
      .items.first
  }

  func restored() throws -> Store {
    var decoder = SnapshotDecoder()
    for chunk in SnapshotEncoder(view()) { try decoder.consume(chunk[...]) }
    return try decoder.finish(stateHash: stateHash)
  }

  var snapshot: [UInt8] { SnapshotEncoder(view()).flatMap { $0 } }
}

func bytes(_ text: String) -> Bytes { Array(text.utf8)[...] }
