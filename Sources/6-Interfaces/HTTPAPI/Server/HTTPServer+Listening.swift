package import NIOCore
internal import NIOPosix

extension HTTPServer {
  /// Listens on an address of this node until `drain`. Completes with the address as bound, or with
  /// the bind's error, as EADDRINUSE when another process has it.
  package func listen(on address: SocketAddress) -> EventLoopFuture<SocketAddress> {
    bind(Listener(), to: address)
  }

  /// Listens on the cluster's address, which this node now holds. Fails with EADDRINUSE while the
  /// holder before has not let it go: try again soon.
  package func openVirtualAddress(_ address: SocketAddress) -> EventLoopFuture<Void> {
    precondition(virtualListener == nil, "HTTPServer: the virtual address is open already")
    let listener = Listener()
    virtualListener = listener
    let bound = bind(listener, to: address)
    bound.assumeIsolated().whenFailure { _ in
      if self.virtualListener === listener { self.virtualListener = nil }
    }
    return bound.map { _ in }
  }

  /// Gives the cluster's address up: closes its socket and resets every connection that came
  /// through it, so that clients look for the new holder at once (pitfall 65). Done when this
  /// returns.
  package func closeVirtualAddress() {
    guard let listener = virtualListener else { return }
    virtualListener = nil
    listener.close()
    listener.resetConnections()
    listeners.removeAll { $0 === listener }
  }

  /// Whether the cluster's address is bound here, or being bound.
  package var holdsVirtualAddress: Bool { virtualListener != nil }

  /// Connections of all listeners.
  package var connectionCount: Int { gauges.connections }

  /// Stops: accepts no connection, answers what is under way with `Connection: close`, and
  /// completes when every connection is closed; those left after `patience` are reset.
  package func drain(within patience: TimeAmount) -> EventLoopFuture<Void> {
    if let drained { return drained.futureResult }
    let promise = loop.makePromise(of: Void.self)
    drained = promise
    isDraining = true
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
  private func bind(_ listener: Listener, to address: SocketAddress) -> EventLoopFuture<
    SocketAddress
  > {
    listeners.append(listener)
    let this = NIOLoopBound((self, listener), eventLoop: loop)
    let promise = loop.makePromise(of: SocketAddress.self)
    ServerBootstrap(group: loop)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
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
