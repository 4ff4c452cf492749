import BinaryCodec
import ClientProtocol
import Determinism
import Glibc
import KeyValueClient
import RaftTypes
import ServedStore
import Testing

@testable import kvctl

/// A file that is removed when the test is over.
final class TemporaryFile {
  let path: String

  init(_ content: String = "") throws {
    guard let name = strdup("/tmp/kvctl-test-XXXXXX") else { throw CommandFailure("no memory") }
    defer { free(name) }
    let descriptor = mkstemp(name)
    path = String(cString: name)
    let bytes = Array(content.utf8)
    #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
  }

  deinit {
    unlink(path)
    unlink(path + ".new")
  }
}

private func records(_ text: String, _ format: RecordFormat) throws -> [LoadRecord] {
  let file = try TemporaryFile(text)
  var source = RecordSource(try InputFile(file.path), format: format)
  var found: [LoadRecord] = []
  while let record = try source.next() { found.append(record) }
  return found
}

private func text(_ bytes: Bytes) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite("kvctl load: reading records")
struct RecordSourceTests {
  @Test("TSV: key, tab, value with escapes; empty lines and \\r are passed over")
  func tsv() throws {
    let found = try records("a\t1\r\n\nb\\tc\tx\ty\\n\nlast\t", .tsv)
    #expect(found.map { text($0.key) } == ["a", "b\tc", "last"])
    #expect(found.map { text($0.value) } == ["1", "x\ty\n", ""])
    #expect(found.map(\.number) == [0, 1, 2])
  }

  @Test("NDJSON: strings, escapes and Base64; other members are passed over")
  func ndjson() throws {
    let found = try records(
      #"""
      {"key":"a","value":"1","more":[1,{}]}
      {"value_b64":"/w==","key_b64":"AGE="}
      """#, .ndjson)
    #expect(found.map { Array($0.key) } == [[0x61], [0x00, 0x61]])
    #expect(found.map { Array($0.value) } == [[0x31], [0xff]])
  }

  @Test(
    "a line that is no record is refused with its number",
    arguments: [
      (RecordFormat.tsv, "a\t1\nno tab"), (.tsv, "a\t1\n\tempty key"), (.tsv, "a\t1\nb\t\\q"),
      (.ndjson, "{\"key\":\"a\",\"value\":\"\"}\n{\"key\":\"b\"}"),
      (.ndjson, "{\"key\":\"a\",\"value\":\"\"}\n{\"key\":"),
      (.ndjson, "{\"key\":\"a\",\"value\":\"\"}\n{\"key\":\"\",\"value\":\"\"}"),
    ])
  func refused(format: RecordFormat, text: String) {
    let failure = #expect(throws: CommandFailure.self) { try records(text, format) }
    #expect(failure?.message.contains("line 2") == true)
  }

  @Test("lines longer than a read are put together")
  func longLines() throws {
    let value = String(repeating: "x", count: 700_000)
    let found = try records("a\t\(value)\nb\t\(value)y\n", .tsv)
    #expect(found.map(\.value.count) == [700_000, 700_001])
  }

  @Test("a mark is found again in the same input, and only there")
  func marks() throws {
    let input = "a\t1\nb\t2\n\nc\t3\n"
    let all = try records(input, .tsv)
    for record in all {
      let file = try TemporaryFile(input)
      var source = RecordSource(try InputFile(file.path), format: .tsv)
      try source.skip(to: record.end)
      #expect(try source.next()?.number == (record.number < 2 ? record.number + 1 : nil))
      let changed = try TemporaryFile("a\t9\nb\t2\n\nc\t3\n")
      #expect(throws: CommandFailure.self) {
        var other = RecordSource(try InputFile(changed.path), format: .tsv)
        try other.skip(to: record.end)
      }
    }
  }
}

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

@Suite("kvctl load: against a server")
struct LoaderTests {
  private static let input = (0..<500).map { "key/\($0 % 400)\tvalue \($0)\n" }.joined()

  private func client(_ store: ServedStore) -> KeyValueClient {
    KeyValueClient(
      ClientConfiguration(
        endpoints: [Endpoint(host: "127.0.0.1", port: store.port)], deadline: .seconds(60),
        connectTimeout: .seconds(10), replyTimeout: .seconds(30),
        backoff: Backoff(first: .microseconds(100), most: .milliseconds(1))))
  }

  private func load(
    _ client: KeyValueClient, state: String? = nil, cluster: UInt64 = 1, inFlight: Int = 16
  ) async throws -> Loader.Result {
    let file = try TemporaryFile(Self.input)
    let resuming: LoadState? = try state.flatMap { path in try LoadState.read(path) }
    var loader = try Loader(
      client, RecordSource(try InputFile(file.path), format: .tsv), inFlight: inFlight,
      cluster: ClusterID(cluster, epoch: 1), statePath: state, resuming: resuming)
    return try await loader.run()
  }

  /// The last record of each key wins.
  private func expectAll(_ client: KeyValueClient) async throws {
    var found: [String: String] = [:]
    for try await item in client.range(RangeQuery(range: .all)) {
      found[text(item.key)] = text(item.value)
    }
    #expect(found.count == 400)
    for number in 0..<400 {
      let last = number < 100 ? number + 400 : number
      #expect(found["key/\(number)"] == "value \(last)")
    }
  }

  @Test("every record arrives, though replies are lost and requests refused")
  func survives() async throws {
    let store = try await ServedStore.start { number in
      switch number % 7 {
      case 2: .unknown
      case 4: .refused(.noQuorum)
      case 5: .refused(.notLeader)
      default: .delivered
      }
    }
    let client = client(store)
    let result = try await load(client)
    #expect(result.loaded == 500)
    try await expectAll(client)
  }

  @Test("an interrupted load goes on behind what was acknowledged")
  func resumes() async throws {
    let state = try TemporaryFile()
    unlink(state.path)
    let broken = try await ServedStore.start {
      $0 < 200 ? .delivered : .refused(.diskFull, retryable: false)
    }
    await #expect(throws: CommandFailure.self) {
      // One at a time, so that what the server took is exactly a prefix of the file.
      try await load(client(broken), state: state.path, inFlight: 1)
    }
    let reached = try #require(try LoadState.read(state.path)).prefix.records
    #expect(reached == 200)
    let whole = try await ServedStore.start()
    let result = try await load(client(whole), state: state.path)
    #expect(result.skipped == reached)
    #expect(result.loaded == 500 - reached)
    let again = try await load(client(whole), state: state.path)
    #expect(again.loaded == 0)
    #expect(again.skipped == 500)
  }

  @Test("a state file of another cluster is refused")
  func otherCluster() async throws {
    let state = try TemporaryFile()
    unlink(state.path)
    let store = try await ServedStore.start()
    _ = try await load(client(store), state: state.path, cluster: 1)
    await #expect(throws: CommandFailure.self) {
      try await load(client(store), state: state.path, cluster: 2)
    }
  }
}
