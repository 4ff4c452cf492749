import ClientProtocol
import Determinism
import Glibc
import GuardProtocol
import HTTPAPI
import Logging
import NIOCore
import NIOPosix
import NetworkTypes
import RaftCore
import RaftTypes
import Replica
import Synchronization
import VirtualIP

@testable import kvnode

/// A node's end of the conversation with a guard, on an event loop of its own; the test is the
/// guard.
final class Wired: Sendable {
  // Tests run beside each other, and each listens.
  private static let ports = Atomic<UInt16>(UInt16(20_000 + getpid() % 10_000))
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let address: NIOLoopBound<GuardedAddress>
  private let events = Mutex<[AddressEvent]>([])
  private let terms = Mutex<[AddressTerms]>([])
  let path: String

  init(_ name: String) async throws {
    let path = "/tmp/kvnode-guard-\(name)-\(getpid())"
    self.path = path
    let configuration = try await NodeConfiguration.load(
      [
        "kvnode", "--node-id", "1", "--node-data", "/tmp/a", "--listen-client", "127.0.0.1:1",
        "--listen-peer", "127.0.0.1:2",
      ], environment: [:])
    let loop = group.next()
    address = try await loop.submit {
      let port = WaitingPort(configuration, DiskIncarnation(1))
      let place = GuardHello.Place(
        address: IPAddress("10.255.77.100") ?? .unspecified(.v4), interface: "eth0")
      let hello = GuardHello(
        cluster: ClusterID(1, epoch: 1), node: NodeID(1), places: [place], lifetimeSeconds: 2,
        port: Self.ports.add(1, ordering: .relaxed).newValue)
      var log = Logger(label: "test")
      log.logLevel = .critical
      let table = GuardedAddress(
        hello, guardSocket: path, times: .lan, server: HTTPServer(on: loop, port: port),
        on: loop, seed: 1, log: log)
      return NIOLoopBound(table, eventLoop: loop)
    }.get()
    try await loop.submit {
      self.address.value.offer = { input in
        switch input {
        case .address(let event): self.events.withLock { $0.append(event) }
        case .addressTerms(let terms): self.terms.withLock { $0.append(terms) }
        case _: break
        }
      }
    }.get()
  }

  deinit { try? group.syncShutdownGracefully() }

  var now: Instant { Instant(nanoseconds: readClock()) }

  /// Takes what was offered so far.
  func taken() async throws -> [AddressEvent] {
    try await group.next().submit {}.get()
    return events.withLock { events in
      defer { events = [] }
      return events
    }
  }

  var tiers: [AddressTerms] { terms.withLock { $0 } }

  func start() -> EventLoopFuture<Void> { group.next().flatSubmit { self.address.value.start() } }

  func perform(_ action: AddressAction) -> EventLoopFuture<AddressEvent?> {
    group.next().submit { self.address.value.perform(action) }
  }

  func stop() async throws { try await group.next().submit { self.address.value.stop() }.get() }

  private func readClock() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
