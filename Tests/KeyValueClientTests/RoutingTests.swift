import BinaryCodec
import ClientProtocol
import Testing

@testable import KeyValueClient

@Suite("Routing: finding who can answer")
struct RoutingTests {
  @Test("the first endpoint is asked first")
  func first() async throws {
    let servers = try await [
      ScriptedServer.start { _, _ in .ok(Sample.found) },
      ScriptedServer.start { _, _ in .ok(Sample.found) },
    ]
    _ = try await KeyValueClient.of(servers).get(Sample.key)
    #expect(servers.map(\.seen.count) == [1, 0])
  }

  @Test("a refused connection moves on to the next endpoint")
  func refused() async throws {
    let gone = try await ScriptedServer.start { _, _ in .hang }
    try await gone.stop()
    let server = try await ScriptedServer.start { _, _ in .ok(#"{"revision":7}"#) }
    _ = try await KeyValueClient.of([gone, server]).put(Sample.key, Sample.value)
    #expect(server.seen.count == 1)
  }

  @Test("a leader hint is followed before the list")
  func hint() async throws {
    let leader = try await ScriptedServer.start { _, _ in .ok(#"{"revision":7}"#) }
    let bystander = try await ScriptedServer.start { _, _ in .hang }
    let follower = try await ScriptedServer.start { _, _ in
      .error(421, "not_leader", outcome: "not_applied", leader: leader.endpoint)
    }
    let client = KeyValueClient.of([follower, bystander])
    _ = try await client.put(Sample.key, Sample.value)
    _ = try await client.put(Sample.key, Sample.value)
    #expect(bystander.seen.isEmpty)
    #expect(leader.seen.count == 2)
    // The second put went straight to the leader.
    #expect(follower.seen.count == 1)
  }

  @Test("two nodes that point at each other do not keep a request from the third")
  func hintLoop() async throws {
    let pointers = Pointers()
    let one = try await ScriptedServer.start { _, _ in pointers.refusal(of: 0) }
    let two = try await ScriptedServer.start { _, _ in pointers.refusal(of: 1) }
    let three = try await ScriptedServer.start { _, _ in .ok(#"{"revision":7}"#) }
    pointers.set([two.endpoint, one.endpoint])
    let answer = try await KeyValueClient.of([one, two, three]).put(Sample.key, Sample.value)
    #expect(answer.revision == Revision(7))
  }

  @Test("one that has no room for connections is not waited for: another has some")
  func noRoom() async throws {
    let full = try await ScriptedServer.start { _, _ in
      .error(503, "overloaded", outcome: "not_applied")
    }
    let other = try await ScriptedServer.start { _, _ in .ok(#"{"revision":7}"#) }
    _ = try await KeyValueClient.of([full, other]).put(Sample.key, Sample.value)
    #expect(full.seen.count == 1 && other.seen.count == 1)
  }

  @Test("a 404 that no node wrote does not say that there is no such key")
  func foreignNotFound() async throws {
    let proxy = try await ScriptedServer.start { _, _ in
      .reply(404, "<html>no backend</html>", headers: [])
    }
    let node = try await ScriptedServer.start { _, _ in .ok(Sample.found) }
    #expect(try await KeyValueClient.of([proxy, node]).get(Sample.key)?.value == Sample.value)
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([proxy], deadline: .seconds(1)).get(Sample.key)
    }
    #expect(error?.code == .internalError && error?.outcome == .notApplied)
  }

  @Test("nothing more is sent for an operation that is cancelled while it waits")
  func cancelled() async throws {
    let server = try await ScriptedServer.start { _, _ in
      .error(503, "no_quorum", outcome: "not_applied")
    }
    let client = KeyValueClient(
      ClientConfiguration(
        endpoints: [server.endpoint], deadline: .seconds(60),
        backoff: Backoff(first: .seconds(20), most: .seconds(20))))
    let put = Task { try await client.put(Sample.key, Sample.value) }
    while server.seen.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    try await Task.sleep(for: .milliseconds(200))
    put.cancel()
    let result = await put.result
    #expect(throws: ClientError.self) { try result.get() }
    #expect(server.seen.count == 1)
  }

  @Test("a read goes on to the next endpoint when one hangs")
  func hang() async throws {
    let dead = try await ScriptedServer.start { _, _ in .hang }
    let alive = try await ScriptedServer.start { _, _ in .ok(Sample.found) }
    let item = try await KeyValueClient.of([dead, alive], replyTimeout: .milliseconds(200)).get(
      Sample.key)
    #expect(item?.value == Sample.value)
  }

  @Test("a put that hangs is given up as unknown and not sent to anybody else")
  func hangingPut() async throws {
    let dead = try await ScriptedServer.start { _, _ in .hang }
    let alive = try await ScriptedServer.start { _, _ in .ok(#"{"revision":7}"#) }
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([dead, alive], replyTimeout: .milliseconds(50)).put(
        Sample.key, Sample.value)
    }
    #expect(error?.code == .timeout)
    #expect(error?.outcome == .unknown)
    #expect(alive.seen.isEmpty)
  }

  @Test("an operation that is refused for ever ends at its deadline", .timeLimit(.minutes(1)))
  func deadline() async throws {
    let server = try await ScriptedServer.start { _, _ in
      .error(503, "no_quorum", outcome: "not_applied")
    }
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([server], deadline: .milliseconds(200)).put(
        Sample.key, Sample.value)
    }
    #expect(error != nil)
  }

  @Test("an overloaded server is asked again itself, and not before its Retry-After")
  func retryAfter() async throws {
    let overloaded = try await ScriptedServer.start { number, _ in
      number == 0
        ? .error(429, "overloaded", outcome: "not_applied", headers: ["Retry-After: 1"])
        : .ok(#"{"revision":7}"#)
    }
    let other = try await ScriptedServer.start { _, _ in .hang }
    let start = ContinuousClock.now
    _ = try await KeyValueClient.of([overloaded, other]).put(Sample.key, Sample.value)
    #expect(ContinuousClock.now - start >= .seconds(1))
    #expect(overloaded.seen.count == 2)
    #expect(other.seen.isEmpty)
  }

  @Test("a Retry-After behind the deadline ends the operation at once")
  func lateRetryAfter() async throws {
    let server = try await ScriptedServer.start { _, _ in
      .error(429, "overloaded", outcome: "not_applied", headers: ["Retry-After: 60"])
    }
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([server]).put(Sample.key, Sample.value)
    }
    #expect(error?.code == .overloaded)
    #expect(server.seen.count == 1)
  }
}
