import BinaryCodec
import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import ServedStore
import Testing

@testable import kvctl

private func text(_ bytes: Bytes) -> String { String(decoding: bytes, as: UTF8.self) }

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
