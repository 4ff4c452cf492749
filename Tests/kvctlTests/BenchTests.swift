import BinaryCodec
import ClientProtocol
import KeyValueClient
import ServedStore
import Testing

@testable import kvctl

private func plan(_ store: ServedStore, _ work: BenchPlan.Work, requests: Int) -> BenchPlan {
  BenchPlan(
    work: work, length: .requests(requests), rate: nil, connections: 8, keys: 300,
    prefix: Array("b/".utf8)[...], valueSize: 10,
    endpoints: [Endpoint(host: "127.0.0.1", port: store.port)], timeout: .seconds(30))
}

@Suite("kvctl bench")
struct BenchTests {
  @Test("it sends as many requests as it was told, and counts each once")
  func count() async throws {
    let store = try await ServedStore.start()
    let tally = try await Bench.run(plan(store, .mixed(putPercent: 30), requests: 501), threads: 2)
    #expect(tally.puts.count + tally.gets.count == 501)
    #expect(tally.puts.count > 0 && tally.gets.count > 0)
    #expect(tally.refused + tally.lost == 0)
    #expect(try await store.requests == 501)
  }

  @Test("filling writes every key once, with the value's size")
  func fill() async throws {
    let store = try await ServedStore.start()
    _ = try await Bench.run(plan(store, .fill, requests: 300), threads: 2)
    let client = KeyValueClient(
      ClientConfiguration(endpoints: [Endpoint(host: "127.0.0.1", port: store.port)]))
    var versions: [UInt64] = []
    for try await item in client.range(RangeQuery(range: .all)) {
      versions.append(item.version)
      #expect(item.value.count == 10)
    }
    #expect(versions == Array(repeating: 1, count: 300))
    let tally = try await Bench.run(plan(store, .get, requests: 100), threads: 1)
    #expect(tally.missing == 0)
  }

  @Test("a request that is refused counts as refused, not as done")
  func refusals() async throws {
    let store = try await ServedStore.start { $0 % 5 == 0 ? .refused(.noQuorum) : .delivered }
    let tally = try await Bench.run(plan(store, .put, requests: 100), threads: 1)
    #expect(tally.refused == 20)
    #expect(tally.puts.count == 80)
  }

  @Test("a reply that never comes costs its request and its connection, and the load goes on")
  func silence() async throws {
    let store = try await ServedStore.start { $0 % 7 == 3 ? .neverSent : .delivered }
    var plan = plan(store, .put, requests: 20)
    plan.timeout = .milliseconds(50)
    let tally = try await Bench.run(plan, threads: 1)
    #expect(tally.lost == 3)
    #expect(tally.puts.count == 17)
  }

  @Test("open loop: every request that falls due is sent")
  func openLoop() async throws {
    let store = try await ServedStore.start()
    var plan = plan(store, .put, requests: 100)
    plan.rate = 2000
    let tally = try await Bench.run(plan, threads: 1)
    #expect(tally.puts.count == 100)
    // The hundredth request falls due after 99 intervals.
    #expect(tally.seconds >= 0.0495)
  }
}
