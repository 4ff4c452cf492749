internal import KeyValueClient
internal import NIOCore

/// One connection of a benchmark, replaced when it is lost. Confined to its event loop.
final class BenchLane {
  enum Outcome { case done, missing, busy, refused, lost }

  private let plan: BenchPlan
  private let loop: any EventLoop
  private let driver: BenchDriver
  private var connection: Connection?
  /// The endpoint to connect to; the next one when it cannot be reached.
  private var endpoint = 0
  /// When the request that waits for its reply was sent.
  private var sent: NIODeadline?

  init(_ plan: BenchPlan, number: Int, on loop: any EventLoop, driver: BenchDriver) {
    self.plan = plan
    self.loop = loop
    self.driver = driver
  }

  /// Opens the connection beforehand; what fails is tried again when there is something to send.
  func connect() -> EventLoopFuture<Void> {
    let target = plan.endpoints[endpoint % plan.endpoints.count]
    let opening = Connection.open(target, on: loop, timeout: .seconds(5)).hop(to: loop)
    opening.assumeIsolated().whenSuccess { self.connection = $0 }
    return opening.map { _ in }
  }

  func close() { connection?.close() }

  /// Loses the connection when its reply is overdue.
  func look(at now: NIODeadline) {
    if let sent, now - sent > TimeAmount(plan.timeout) { close() }
  }

  func send(_ request: HTTPRequest, isPut: Bool, due: NIODeadline) {
    if let connection, connection.isOpen {
      return exchange(request, connection, isPut: isPut, due: due)
    }
    let target = plan.endpoints[endpoint % plan.endpoints.count]
    Connection.open(target, on: loop, timeout: .milliseconds(500)).hop(to: loop)
      .assumeIsolated().whenComplete { result in
        switch result {
        case .success(let connection):
          self.connection = connection
          self.exchange(request, connection, isPut: isPut, due: due)
        case .failure:
          self.endpoint += 1
          self.finish(.lost, isPut: isPut, due: due)
        }
      }
  }

  private func exchange(
    _ request: HTTPRequest, _ connection: Connection, isPut: Bool, due: NIODeadline
  ) {
    sent = .now()
    connection.send(request, timeout: nil)
      .assumeIsolated().whenComplete { result in
        switch result {
        case .success(let reply) where reply.status < 300:
          self.finish(.done, isPut: isPut, due: due)
        case .success(let reply) where reply.status == 404 && !isPut:
          self.finish(.missing, isPut: isPut, due: due)
        case .success(let reply) where reply.status == 429:
          self.finish(.busy, isPut: isPut, due: due)
        case .success: self.finish(.refused, isPut: isPut, due: due)
        case .failure:
          self.connection = nil
          self.endpoint += 1
          self.finish(.lost, isPut: isPut, due: due)
        }
      }
  }

  private func finish(_ outcome: Outcome, isPut: Bool, due: NIODeadline) {
    sent = nil
    driver.record(outcome, isPut: isPut, due: due)
    switch outcome {
    case .done, .missing: driver.isIdle(self)
    // A server that refuses or is gone is not hammered.
    case .busy, .refused, .lost:
      loop.assumeIsolated().scheduleTask(in: .milliseconds(20)) { self.driver.isIdle(self) }
    }
  }
}
