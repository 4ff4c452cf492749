package import NIOCore
internal import NIOPosix

extension HTTPServer {
  /// Listens on an address of this node until `drain`. Completes with the address as bound, or with
  /// the bind's error, as EADDRINUSE when another process has it.
  package func listen(on address: SocketAddress) -> EventLoopFuture<SocketAddress> {
    bind(Listener(), to: address)
  }

  /// Serves a connection that no listener accepted, as one in memory.
  package func serve(_ channel: any Channel) throws {
    let listener = Listener()
    listeners.append(listener)
    try adopt(channel, by: listener)
  }

  /// Connections of all listeners.
  package var connectionCount: Int { gauges.connections }

  /// Stops: accepts no connection, answers what is under way with `Connection: close`, and
  /// completes when every connection is closed; those left after `patience` are reset.
  package func drain(within patience: TimeAmount) -> EventLoopFuture<Void> {
    if let drained { return drained.futureResult }
    let promise = loop.makePromise(of: Void.self)
    drained = promise
    isDraining = true
    refuseAll()
    for listener in listeners {
      listener.close()
      for connection in Array(listener.connections.values) { connection.drain() }
    }
    guard gauges.connections > 0 else {
      finishDraining()
      return promise.futureResult
    }
    let this = NIOLoopBound(self, eventLoop: loop)
    let cutoff = loop.scheduleTask(in: patience) {
      for listener in this.value.listeners { listener.resetConnections() }
    }
    promise.futureResult.whenComplete { _ in cutoff.cancel() }
    return promise.futureResult
  }

  func finishDraining() {
    stopClock()
    drained?.succeed()
  }

  /// SO_REUSEADDR, so that a restarted node need not wait for old connections to leave TIME_WAIT;
  /// never SO_REUSEPORT: the kernel must let exactly one process have the cluster's address.
  ///
  /// - Parameter inAdvance: whether this node need not have the address yet.
  func bind(
    _ listener: Listener, to address: SocketAddress, inAdvance: Bool = false
  ) -> EventLoopFuture<SocketAddress> {
    listeners.append(listener)
    let this = NIOLoopBound((self, listener), eventLoop: loop)
    let promise = loop.makePromise(of: SocketAddress.self)
    var bootstrap = ServerBootstrap(group: loop)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    if inAdvance { bootstrap = bootstrap.serverChannelOption(.freeBind(address), value: 1) }
    bootstrap
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(
        .writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try this.value.0.adopt(channel, by: this.value.1)
        }
      }
      .bind(to: address)
      .assumeIsolated()
      .whenComplete { result in
        switch result {
        case .failure(let error):
          self.listeners.removeAll { $0 === listener }
          promise.fail(error)
        case .success(let channel) where listener.isClosed:
          channel.close(promise: nil)
          promise.fail(ChannelError.ioOnClosedChannel)
        case .success(let channel):
          listener.channel = channel
          promise.succeed(channel.localAddress ?? address)
        }
      }
    return promise.futureResult
  }
}
