import BinaryCodec
import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import KeyValueStore

@Suite("The store against a model that keeps everything in one array")
struct ModelTests {
  @Test("thousands of random commands and queries are answered alike", arguments: 1...12)
  func answersAlike(seed: Int) throws {
    var random = RandomCommands(seed: UInt64(seed), keys: seed % 3 == 0 ? 400 : 40)
    var driver = Driver()
    for _ in 0..<700 {
      driver.apply(random.operation(near: driver.model.revision))
      driver.compare(random.query(near: driver.model.revision))
    }
    #expect(driver.store.checkInvariants())
  }
}

/// Feeds store and model the same.
struct Driver {
  var store = Store()
  var model = Model()
  var index = LogIndex.zero

  mutating func apply(_ operation: Command.Operation) {
    index = index.next
    let expected = model.apply(operation)
    let result = store.apply(
      Command(operation).encoded()[...], at: index, time: LogTime(milliseconds: 1000))
    #expect(result == expected, "\(operation)")
  }

  func compare(_ query: RangeQuery) {
    #expect(Result { () throws(StoreRefusal) in try store.read(query) } == model.read(query))
  }
}
