import BinaryCodec
import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import kvctl

@Suite("kvctl load: what is acknowledged")
struct LoadLedgerTests {
  private func record(_ number: Int, key: String) -> LoadRecord {
    LoadRecord(
      number: number, key: Array(key.utf8)[...], value: [],
      end: InputMark(records: number + 1, bytes: UInt64(10 * (number + 1)), checksum: 0))
  }

  @Test("the prefix ends before the first gap, in whatever order acknowledgements come")
  func prefix() {
    var dice = Dice(seed: 9)
    for _ in 0..<100 {
      var ledger = LoadLedger()
      var waiting = (0..<20).map { record($0, key: "\($0)") }
      for record in waiting { ledger.start(record) }
      var done: Set<Int> = []
      while !waiting.isEmpty {
        let next = waiting.remove(at: Int(dice.below(UInt64(waiting.count))))
        ledger.acknowledge(next)
        done.insert(next.number)
        #expect(ledger.prefix.records == (0...20).first { !done.contains($0) })
      }
    }
  }

  @Test("records of one key are not in flight together")
  func sameKey() {
    var ledger = LoadLedger()
    ledger.start(record(0, key: "k"))
    #expect(!ledger.mayStart(record(1, key: "k")))
    #expect(ledger.mayStart(record(1, key: "l")))
    ledger.acknowledge(record(0, key: "k"))
    #expect(ledger.mayStart(record(1, key: "k")))
  }

  @Test("the state file reads back as it was written, and nothing else is taken for one")
  func stateFile() throws {
    let file = try TemporaryFile()
    let state = LoadState(
      cluster: ClusterID(0xabcdef, epoch: 2),
      prefix: InputMark(records: 7, bytes: 1 << 40, checksum: 0xdead_beef))
    try state.write(file.path)
    #expect(try LoadState.read(file.path) == state)
    #expect(try LoadState.read(file.path + ".none") == nil)
    #expect(LoadState.parse(Array(#"{"records":1}"#.utf8)[...]) == nil)
    #expect(LoadState.parse(Array(#"{"cluster":"1.1","records":-1}"#.utf8)[...]) == nil)
  }
}
