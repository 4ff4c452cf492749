import BinaryCodec
import ClientProtocol
import Testing

@testable import KeyValueClient

private let key = Array("k".utf8)[...]
private let value = Array("v".utf8)[...]
private let found = #"""
  {"key":"k","value":"v","create_revision":2,"mod_revision":2,"version":1,"lease":0}
  """#

/// A client of these servers whose waits are short enough for a test and whose attempts end soon.
private func client(
  _ servers: [ScriptedServer], deadline: Duration = .seconds(10),
  replyTimeout: Duration = .seconds(5)
) -> KeyValueClient {
  KeyValueClient(
    ClientConfiguration(
      endpoints: servers.map(\.endpoint), deadline: deadline, replyTimeout: replyTimeout,
      backoff: Backoff(first: .microseconds(100), most: .milliseconds(1))))
}

/// The error that `body` throws.
private func failure(
  _ body: () async throws(ClientError) -> some Sendable
) async -> ClientError? {
  do throws(ClientError) {
    _ = try await body()
    return nil
  } catch {
    return error
  }
}

@Suite("Routing: finding who can answer")
struct RoutingTests {
  @Test("the first endpoint is asked first")
  func first() async throws {
    let servers = try await [
      ScriptedServer.start { _, _ in .ok(found) }, ScriptedServer.start { _, _ in .ok(found) },
    ]
    _ = try await client(servers).get(key)
    #expect(servers.map(\.seen.count) == [1, 0])
  }

  @Test("a refused connection moves on to the next endpoint")
  func refused() async throws {
    let gone = try await ScriptedServer.start { _, _ in .hang }
    try await gone.stop()
    let server = try await ScriptedServer.start { _, _ in .ok(#"{"revision":7}"#) }
    _ = try await client([gone, server]).put(key, value)
    #expect(server.seen.count == 1)
  }

  @Test("a leader hint is followed before the list")
  func hint() async throws {
    let leader = try await ScriptedServer.start { _, _ in .ok(#"{"revision":7}"#) }
    let bystander = try await ScriptedServer.start { _, _ in .hang }
    let follower = try await ScriptedServer.start { _, _ in
      .error(421, "not_leader", outcome: "not_applied", leader: leader.endpoint)
    }
    let client = client([follower, bystander])
    _ = try await client.put(key, value)
    _ = try await client.put(key, value)
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
    let answer = try await client([one, two, three]).put(key, value)
    #expect(answer.revision == Revision(7))
  }

  @Test("a read goes on to the next endpoint when one hangs")
  func hang() async throws {
    let dead = try await ScriptedServer.start { _, _ in .hang }
    let alive = try await ScriptedServer.start { _, _ in .ok(found) }
    let item = try await client([dead, alive], replyTimeout: .milliseconds(200)).get(key)
    #expect(item?.value == value)
  }

  @Test("a put that hangs is given up as unknown and not sent to anybody else")
  func hangingPut() async throws {
    let dead = try await ScriptedServer.start { _, _ in .hang }
    let alive = try await ScriptedServer.start { _, _ in .ok(#"{"revision":7}"#) }
    let error = await failure { () throws(ClientError) in
      try await client([dead, alive], replyTimeout: .milliseconds(50)).put(key, value)
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
      try await client([server], deadline: .milliseconds(200)).put(key, value)
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
    _ = try await client([overloaded, other]).put(key, value)
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
      try await client([server]).put(key, value)
    }
    #expect(error?.code == .overloaded)
    #expect(server.seen.count == 1)
  }
}
