import ClientProtocol
import Glibc
import KeyValueClient
import RaftTypes
import Testing

@testable import kvctl

/// A server that says the same to everybody, and closes.
private final class CannedServer: Sendable {
  let endpoint: Endpoint
  private let listener: CInt

  struct Unmade: Error { let code: CInt }

  init(_ reply: String) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { any in
        bind(listener, any, size) == 0 && listen(listener, 8) == 0
          && getsockname(listener, any, &size) == 0
      }
    }
    guard isBound else { throw Unmade(code: errno) }
    self.listener = listener
    endpoint = Endpoint(host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port))
    let bytes = Array(reply.utf8)
    Task.detached {
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        var request = [UInt8](repeating: 0, count: 4096)
        _ = read(client, &request, request.count)
        _ = write(client, bytes, bytes.count)
        close(client)
      }
    }
  }

  /// Nobody is there any more.
  func end() { shutdown(listener, Int32(SHUT_RDWR)) }

  deinit {
    end()
    close(listener)
  }
}

@Suite("kvctl snapshot save: the download", .timeLimit(.minutes(1)))
struct SnapshotDownloadTests {
  private static let position = LogPosition(term: Term(2), index: LogIndex(9))

  private static func reply(_ body: String) -> String {
    "HTTP/1.1 200 OK\r\nX-Snapshot-Term: 2\r\nX-Snapshot-Index: 9\r\n"
      + "X-Snapshot-Size: \(body.utf8.count)\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
      + body
  }

  /// What came of a download without any patience.
  private func download(_ servers: [CannedServer]) async throws -> String {
    let place = try TemporaryFile("")
    let target = try SnapshotTarget(place.path)
    let endpoints = servers.map(\.endpoint)
    let client = KeyValueClient(ClientConfiguration(endpoints: endpoints))
    var download = SnapshotDownload(
      client, Self.position, from: endpoints, to: target, patience: .zero)
    try await download.run()
    let bytes = try InputFile(place.path + ".partial").readAll(limit: 100)
    target.cancel()
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("goes on at the next node, however long the first was silent")
  func nextSource() async throws {
    let gone = try CannedServer("")
    gone.end()
    let server = try CannedServer(Self.reply("snapshot"))
    #expect(try await download([gone, server]) == "snapshot")
    await #expect(throws: ClientError.self) { _ = try await download([gone, gone]) }
  }

  @Test("of a node that sends nothing ends with an error, and not never")
  func nothing() async throws {
    let server = try CannedServer(Self.reply(""))
    await #expect(throws: CommandFailure.self) { _ = try await download([server]) }
  }
}
