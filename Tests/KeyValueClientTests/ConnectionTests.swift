import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import KeyValueClient

@Suite("One connection")
struct ConnectionTests {
  /// Where a request is sent from: on the loop it meets the pipeline at once, from elsewhere later.
  enum Sender: CaseIterable { case loop, elsewhere }

  @Test("a request on a connection that is torn down is refused, and nobody waits for its reply")
  func tornDown() async throws {
    for sender in Sender.allCases {
      let server = try await ScriptedServer.start { _, _ in .ok("{}") }
      let connection = try await Connection.open(
        server.endpoint, on: MultiThreadedEventLoopGroup.singleton, timeout: .seconds(5)
      ).get()
      connection.close()
      // One turn of the loop closes the channel, the next one takes its handlers away.
      for _ in 1...3 { try await connection.eventLoop.submit {}.get() }
      let failure = try await failure(of: connection, sender)
      guard case .notSent = failure else {
        Issue.record("sent from \(sender): \(failure.map { "\($0)" } ?? "no answer")")
        continue
      }
      #expect(server.seen.isEmpty)
    }
  }

  /// Why a request failed; nil when nothing came of it at all.
  private func failure(
    of connection: Connection, _ sender: Sender
  ) async throws -> ExchangeFailure? {
    let failure = FirstFailure()
    let send = { @Sendable in
      connection.send(HTTPRequest(.get, "/v1/kv/k"), timeout: .milliseconds(50)).whenFailure {
        failure.note($0)
      }
    }
    switch sender {
    case .elsewhere: send()
    case .loop: connection.eventLoop.execute(send)
    }
    for _ in 1...100 where failure.value == nil { try await Task.sleep(for: .milliseconds(20)) }
    return failure.value
  }

  private final class FirstFailure: Sendable {
    private let noted = Mutex<ExchangeFailure?>(nil)
    var value: ExchangeFailure? { noted.withLock { $0 } }

    func note(_ error: any Error) { noted.withLock { $0 = $0 ?? error as? ExchangeFailure } }
  }
}
