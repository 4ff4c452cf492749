internal import Glibc
package import NIOCore

/// The HTTP interface of a node, on one event loop: listeners, connections, and what they share.
///
/// Everything here is called on that event loop.
package final class HTTPServer {
  package let limits: Limits
  let port: any RequestPort
  let loop: any EventLoop

  var writer = ResponseWriter()
  let gauges = Gauges()
  /// Grows by one every `Limits.tickMilliseconds`; all time limits of connections count in it.
  private(set) var tick: UInt64 = 0
  private var clock: RepeatedTask?
  private var dirty: [ClientConnection] = []
  private var refusals = RefusalLine()
  private var isRationing = false

  var listeners: [Listener] = []
  /// Of the cluster's address: bound while it is held, or bound in advance and admitting then.
  var virtualListeners: [Listener] = []
  /// Nil: nobody wants to know.
  package weak var virtualConnectionWatcher: (any VirtualConnectionWatcher)?
  var isDraining = false
  var drained: EventLoopPromise<Void>?

  /// - Parameter port: answers the requests, on `loop`.
  package init(on loop: any EventLoop, port: any RequestPort, limits: Limits = Limits()) {
    self.loop = loop
    self.port = port
    self.limits = limits
  }

  /// Starts the clock of the time limits. `drain` stops it.
  package func start() {
    let this = NIOLoopBound(self, eventLoop: loop)
    let period = TimeAmount.milliseconds(limits.tickMilliseconds)
    clock = loop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
      this.value.sweep()
    }
  }

  func stopClock() {
    clock?.cancel()
    clock = nil
  }

  /// One tick: checks every connection's time limits.
  func sweep() {
    tick += 1
    for listener in listeners {
      for connection in Array(listener.connections.values) { connection.check(at: tick) }
    }
  }

  /// Builds the pipeline of a connection that `listener` accepted, or answers that there are too
  /// many.
  func adopt(_ channel: any Channel, by listener: Listener) throws {
    if !listener.isAdmitting {
      // It slipped in between the last reset and the closing of its way: it must not linger here.
      if let socket = channel as? any SocketOptionProvider {
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in }
      }
      throw ChannelError.ioOnClosedChannel
    }
    guard gauges.connections < limits.connections, !isDraining, !listener.isClosed else {
      gauges.connectionsRefused += 1
      try channel.pipeline.syncOperations.addHandler(RefusingHandler(self))
      return
    }
    try channel.pipeline.syncOperations.addHandler(ClientConnection(self, listener))
  }

  /// Sends what `connection` has gathered at the end of this turn: one write a connection, however
  /// many answers the turn brought.
  func flushLater(_ connection: ClientConnection) {
    dirty.append(connection)
    guard dirty.count == 1 else { return }
    let this = NIOLoopBound(self, eventLoop: loop)
    loop.execute { this.value.flush() }
  }

  private func flush() {
    let connections = dirty
    dirty.removeAll(keepingCapacity: true)
    for connection in connections { connection.flush() }
  }

  /// Whether a refusal for lack of room may leave now; otherwise `connection` is told when.
  func mayRefuse(_ connection: ClientConnection) -> Bool {
    if !isRationing {
      isRationing = true
      ration()
    }
    if refusals.admits(limits.refusalPace) || isDraining { return true }
    refusals.append(connection)
    gauges.refusalsWaiting = refusals.count
    return false
  }

  private func ration() {
    let this = NIOLoopBound(self, eventLoop: loop)
    loop.scheduleTask(in: RefusalLine.slice) { this.value.passSlice() }
  }

  private func passSlice() {
    isRationing = !refusals.isIdle
    let due = refusals.nextTurn(limits.refusalPace)
    gauges.refusalsWaiting = refusals.count
    for connection in due { connection.refuseNow() }
    if isRationing { ration() }
  }

  /// Nobody waits for a refusal any more.
  func refuseAll() {
    for connection in refusals.removeAll() { connection.refuseNow() }
  }

  func connectionClosed() {
    gauges.connections -= 1
    if isDraining, gauges.connections == 0 { finishDraining() }
  }
}
