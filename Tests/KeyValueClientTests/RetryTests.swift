import BinaryCodec
import ClientProtocol
import Testing

@testable import KeyValueClient

@Suite("Retries: what is sent again, and what never is")
struct RetryTests {
  @Test("pitfall 60: a put whose reply was lost is sent once, and its outcome is unknown")
  func lostReply() async throws {
    let server = try await ScriptedServer.start { _, _ in .rawThenReset("") }
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([server]).put(Sample.key, Sample.value)
    }
    #expect(error?.outcome == .unknown)
    #expect(error?.code == .connectionLost)
    #expect(server.seen.count == 1)
  }

  @Test("pitfall 60: a transaction cut off in the middle of its reply is sent once")
  func lostTransactionReply() async throws {
    let server = try await ScriptedServer.start { _, _ in
      .rawThenReset("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"succee")
    }
    let transaction = Transaction(
      compare: [], success: [.put(Put(key: Sample.key, value: Sample.value))], failure: [])
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([server]).transact(transaction)
    }
    #expect(error?.outcome == .unknown)
    #expect(server.seen.count == 1)
  }

  @Test("a put that its caller made idempotent is sent again after a lost reply")
  func idempotentPut() async throws {
    let server = try await ScriptedServer.start { number, _ in
      number == 0 ? .rawThenReset("HTTP/1.1 200 OK\r\n") : .ok(#"{"revision":7}"#)
    }
    let answer = try await KeyValueClient.of([server]).put(
      Sample.key, Sample.value, ifUnknown: .sendAgain)
    #expect(answer.revision == Revision(7))
    #expect(server.seen.count == 2)
  }

  @Test("a put that its caller made idempotent is sent again when the server does not know either")
  func serverDoesNotKnow() async throws {
    let server = try await ScriptedServer.start { number, _ in
      number == 0
        ? .error(502, "connection_lost", outcome: "unknown", retryable: false)
        : .ok(#"{"revision":7}"#)
    }
    let answer = try await KeyValueClient.of([server]).put(
      Sample.key, Sample.value, ifUnknown: .sendAgain)
    #expect(answer.revision == Revision(7))
  }

  @Test("a put that was answered not_applied is sent again")
  func notApplied() async throws {
    let server = try await ScriptedServer.start { number, _ in
      number < 3 ? .error(503, "no_quorum", outcome: "not_applied") : .ok(#"{"revision":7}"#)
    }
    #expect(
      try await KeyValueClient.of([server]).put(Sample.key, Sample.value).revision == Revision(7))
    #expect(server.seen.count == 4)
  }

  @Test("a refusal that is not retryable is final")
  func final() async throws {
    let server = try await ScriptedServer.start { _, _ in
      .error(413, "too_large", outcome: "not_applied", retryable: false)
    }
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([server]).put(Sample.key, Sample.value)
    }
    #expect(error?.code == .tooLarge)
    #expect(error?.outcome == .notApplied)
    #expect(server.seen.count == 1)
  }

  @Test("once an attempt was unknown, a later refusal does not make the write not applied")
  func unknownSticks() async throws {
    let server = try await ScriptedServer.start { number, _ in
      number == 0
        ? .rawThenReset("")
        : .error(413, "too_large", outcome: "not_applied", retryable: false)
    }
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([server]).put(Sample.key, Sample.value, ifUnknown: .sendAgain)
    }
    #expect(error?.code == .tooLarge)
    #expect(error?.outcome == .unknown)
  }

  @Test(
    "a read is asked again after every kind of broken reply",
    arguments: [
      ScriptedServer.Act.rawThenReset(""),
      .rawThenReset("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"),
      .raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
      .raw("HTTP/1.1 200 OK\r\nContent-Length: zwölf\r\n\r\n"),
      .ok(#"{"key":"k","val"#),
      .ok("<html>hello</html>"),
      .ok(""),
      .ok(#"{"value":"without a key"}"#),
      .reply(500, "oops", headers: []),
      .reply(302, "", headers: ["Location: http://example.org/"]),
      .error(500, "internal_error", outcome: "unknown"),
      .error(504, "timeout", outcome: "unknown"),
    ])
  func brokenRead(act: ScriptedServer.Act) async throws {
    let server = try await ScriptedServer.start { number, _ in number == 0 ? act : .ok(Sample.found)
    }
    let item = try await KeyValueClient.of([server]).get(Sample.key)
    #expect(item?.value == Sample.value)
    #expect(server.seen.count == 2)
  }

  @Test("a put that succeeded with a reply nobody can read is unknown, and sent once")
  func unreadableSuccess() async throws {
    let server = try await ScriptedServer.start { _, _ in .ok(#"{"revi"#) }
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([server]).put(Sample.key, Sample.value)
    }
    #expect(error?.outcome == .unknown)
    #expect(server.seen.count == 1)
  }

  @Test("a reply above the limit is cut off, not collected")
  func hugeReply() async throws {
    let server = try await ScriptedServer.start { _, _ in .huge(bytes: Limits.replyBytes + 1 << 20)
    }
    let error = await failure { () throws(ClientError) in
      try await KeyValueClient.of([server]).get(Sample.key)
    }
    #expect(error?.code == .tooLarge)
    #expect(server.seen.count == 1)
  }
}
