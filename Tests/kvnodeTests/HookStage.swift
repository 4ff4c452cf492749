import Determinism
import Glibc
import HTTPAPI
import Logging
import NIOCore
import NIOPosix
import NetworkTypes
import Replica
import Synchronization
import VirtualIP

@testable import kvnode

/// A node in mode command, whose program is a shell script.
final class HookStage: Sendable {
  // Tests run beside each other, and each listens.
  private static let ports = Atomic<UInt16>(UInt16(31_000 + getpid() % 1000))
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let table: NIOLoopBound<HookedAddress>
  private let events = Mutex<[AddressEvent]>([])
  private let program: String
  let journal: String

  /// - Parameter script: lines of sh(1); `$1`, `$2` and `$3` are the words it is run with.
  init(_ script: String) async throws {
    let name = "/tmp/kvnode-hook-\(getpid())-\(Self.ports.add(1, ordering: .relaxed).newValue)"
    let port = Self.ports.add(1, ordering: .relaxed).newValue
    journal = name + ".log"
    let program = name + ".sh"
    self.program = program
    let text = Array("#!/bin/sh\necho \"$@\" >> \(journal)\n\(script)\n".utf8)
    let file = open(program, O_CREAT | O_WRONLY | O_CLOEXEC, 0o700)
    _ = write(file, text, text.count)
    close(file)
    let loop = group.next()
    table = try await loop.submit {
      let address = IPAddress("10.255.78.100") ?? .unspecified(.v4)
      let plan = VirtualAddress.Plan(addresses: [address], port: port)
      var log = Logger(label: "test")
      log.logLevel = .critical
      let table = HookedAddress(
        plan, program: program, server: HTTPServer(on: loop, port: NobodyPort()), on: loop,
        log: log)
      return NIOLoopBound(table, eventLoop: loop)
    }.get()
    try await loop.submit {
      self.table.value.offer = { input in
        if case .address(let event) = input { self.events.withLock { $0.append(event) } }
      }
    }.get()
    try await loop.flatSubmit { self.table.value.start() }.get()
  }

  deinit {
    unlink(program)
    unlink(journal)
    try? group.syncShutdownGracefully()
  }

  func perform(_ action: AddressAction) async throws {
    _ = try await group.next().submit { self.table.value.perform(action) }.get()
  }

  /// The first event, as soon as there is one; nil when none comes.
  func event() async throws -> AddressEvent? {
    for _ in 0..<3000 {
      if let first = events.withLock({ $0.first }) { return first }
      usleep(1000)
    }
    return nil
  }

  /// What the program was run with, a line each.
  var runs: [String] {
    guard let file = fopen(journal, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
      .map(String.init)
  }

  func later(_ span: TimeSpan) -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Instant(
      nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)) + span
  }
}
