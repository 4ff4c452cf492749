import BinaryCodec
import ClientProtocol
import RaftTypes
import Testing

@testable import KeyValueClient

@Suite("Downloading a snapshot")
struct SnapshotStreamTests {
  static let position = LogPosition(term: Term(2), index: LogIndex(9))

  /// A reply that promises `length` bytes of a file of `size` and sends `body`.
  static func head(_ length: Int, of size: Int) -> String {
    "HTTP/1.1 200 OK\r\nX-Snapshot-Term: 2\r\nX-Snapshot-Index: 9\r\n"
      + "X-Snapshot-Size: \(size)\r\nContent-Length: \(length)\r\n\r\n"
  }

  /// Downloads from a server that does `act`; what came, and how it ended.
  static func download(
    from offset: UInt64 = 0, _ act: ScriptedServer.Act
  ) async throws -> (bytes: [UInt8], error: ClientError?, line: String) {
    let server = try await ScriptedServer.start { _, _ in act }
    let client = KeyValueClient.of([server])
    var bytes: [UInt8] = []
    var failure: ClientError?
    do {
      try await client.downloadSnapshot(position, from: offset, at: server.endpoint) { part in
        #expect(part.position == position && part.offset == offset + UInt64(bytes.count))
        bytes += part.bytes
      }
    } catch {
      failure = error as? ClientError
      #expect(failure != nil, "\(error)")
    }
    let line = server.lines.first ?? ""
    try await server.stop()
    return (bytes, failure, line)
  }

  @Test("hands over all of it, in order, and says which it wants")
  func whole() async throws {
    let text = String(repeating: "snapshot", count: 50_000)
    let (bytes, error, line) = try await Self.download(
      .raw(Self.head(text.utf8.count, of: text.utf8.count) + text))
    #expect(error == nil && bytes == Array(text.utf8))
    #expect(line == "GET /v1/snapshot?term=2&index=9&offset=0")
  }

  @Test("goes on from an offset")
  func offset() async throws {
    let (bytes, error, line) = try await Self.download(
      from: 4, .raw(Self.head(4, of: 8) + "tail"))
    #expect(error == nil && bytes == Array("tail".utf8))
    #expect(line.hasSuffix("offset=4"))
  }

  @Test("one that breaks off keeps what came, and may be gone on with")
  func brokenOff() async throws {
    let (bytes, error, _) = try await Self.download(
      .rawThenReset(Self.head(8, of: 8) + "half"))
    #expect(Array("half".utf8).starts(with: bytes))
    #expect(error?.code == .connectionLost && error?.retryable == true)
  }

  @Test("one that goes on beyond the size it announced is not taken")
  func overlong() async throws {
    let (bytes, error, _) = try await Self.download(.raw(Self.head(8, of: 4) + "too long"))
    #expect(bytes.count <= 4 && error?.code == .connectionLost)
  }

  @Test("one that ends early although HTTP is content is not taken for whole")
  func short() async throws {
    let (_, error, _) = try await Self.download(.raw(Self.head(4, of: 8) + "half"))
    #expect(error?.code == .connectionLost)
    #expect(error?.message.contains("4 of 8 bytes") == true)
  }

  @Test("a node that does not have it says so, and so does a reply that names no snapshot")
  func refused() async throws {
    let (_, missing, _) = try await Self.download(
      .error(404, "not_found", outcome: "not_applied", retryable: false))
    #expect(missing?.code == .notFound)
    let (bytes, nameless, _) = try await Self.download(.ok("what is this?"))
    #expect(nameless?.code == .connectionLost && bytes.isEmpty)
  }

  @Test("what the taker throws ends the download and reaches the caller")
  func takerThrows() async throws {
    struct Full: Error {}
    let server = try await ScriptedServer.start { _, _ in .raw(Self.head(4, of: 4) + "full") }
    let client = KeyValueClient.of([server])
    await #expect(throws: Full.self) {
      try await client.downloadSnapshot(Self.position, at: server.endpoint) { _ in throw Full() }
    }
    try await server.stop()
  }

  @Test("a server that is not there is told from one that breaks off")
  func unreachable() async throws {
    let server = try await ScriptedServer.start { _, _ in .hang }
    try await server.stop()
    let client = KeyValueClient.of([server])
    do {
      try await client.downloadSnapshot(Self.position, at: server.endpoint) { _ in }
      Issue.record("downloaded from nobody")
    } catch {
      let failure = try #require(error as? ClientError)
      #expect(failure.message.contains("cannot connect") && failure.outcome == .notApplied)
    }
  }
}
