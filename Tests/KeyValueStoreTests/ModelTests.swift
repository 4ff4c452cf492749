import BinaryCodec
import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import KeyValueStore

@Suite("The store against a model that keeps everything in one array")
struct ModelTests {
  @Test("thousands of random commands and queries are answered alike", arguments: 1...10)
  func answersAlike(seed: Int) {
    var random = RandomCommands(seed: UInt64(seed), keys: seed % 3 == 0 ? 400 : 40)
    var driver = Driver()
    for _ in 0..<700 {
      driver.apply(random.operation(near: driver.model.revision))
      driver.compare(random.query(near: driver.model.revision))
    }
    #expect(driver.store.checkInvariants())
  }

  @Test("so are they when the store is replaced by its own snapshot again and again")
  func answersAlikeThroughSnapshots() throws {
    var random = RandomCommands(seed: 77, keys: 60)
    var driver = Driver()
    for round in 0..<600 {
      driver.apply(random.operation(near: driver.model.revision))
      if round % 7 == 0 { driver.store = try driver.store.restored() }
      driver.compare(random.query(near: driver.model.revision))
    }
    #expect(driver.store.checkInvariants())
  }

  @Test("a view goes on answering as the model did when it was made, whatever is written later")
  func viewsStandStill() {
    var random = RandomCommands(seed: 5, keys: 300)
    var driver = Driver()
    var kept: [(view: StoreView, model: Model, snapshot: [UInt8])] = []
    for round in 0..<900 {
      driver.apply(random.operation(near: driver.model.revision))
      if round % 90 == 0 {
        kept.append((driver.store.view(), driver.model, driver.store.snapshot))
      }
    }
    for (view, model, snapshot) in kept {
      for _ in 0..<30 { driver.compare(view, model, random.query(near: model.revision)) }
      #expect(SnapshotEncoder(view).flatMap { $0 } == snapshot)
    }
  }

  @Test("a copy of a store goes its own way")
  func copiesAreIndependent() {
    var random = RandomCommands(seed: 6, keys: 50)
    var one = Driver()
    for _ in 0..<200 { one.apply(random.operation(near: one.model.revision)) }
    var other = one
    for _ in 0..<300 {
      one.apply(random.operation(near: one.model.revision))
      other.apply(random.operation(near: other.model.revision))
      one.compare(random.query(near: one.model.revision))
      other.compare(random.query(near: other.model.revision))
    }
    #expect(one.store.checkInvariants() && other.store.checkInvariants())
  }
}
