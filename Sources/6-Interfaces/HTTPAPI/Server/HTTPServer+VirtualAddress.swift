internal import Glibc
package import NIOCore

/// Hears of connections through the cluster's addresses, which a successor must know to tell their
/// clients that the address has moved. On the server's event loop.
package protocol VirtualConnectionWatcher: AnyObject {
  /// A client has connected; `closed` with the same addresses follows.
  func opened(local: SocketAddress, remote: SocketAddress)
  func closed(local: SocketAddress, remote: SocketAddress)
}

/// The cluster's address: bound when it is taken, where the bind itself decides who has it
/// (loopback), or bound in advance, where something else does and a bind would cost time.
extension HTTPServer {
  /// Listens on the cluster's address, which this node now holds. Fails with EADDRINUSE while the
  /// holder before has not let it go: try again soon.
  package func openVirtualAddress(_ address: SocketAddress) -> EventLoopFuture<Void> {
    precondition(virtualListeners.isEmpty, "HTTPServer: the virtual address is open already")
    let listener = Listener()
    listener.isVirtual = true
    virtualListeners = [listener]
    let bound = bind(listener, to: address)
    bound.assumeIsolated().whenFailure { _ in
      self.virtualListeners.removeAll { $0 === listener }
    }
    return bound.map { _ in }
  }

  /// Gives the cluster's address up: closes its socket and resets every connection that came
  /// through it, so that clients look for the new holder at once (pitfall 65). Done when this
  /// returns.
  package func closeVirtualAddress() {
    let closed = virtualListeners
    virtualListeners = []
    for listener in closed {
      listener.close()
      listener.resetConnections()
      listeners.removeAll { $0 === listener }
    }
  }

  /// Listens on addresses that this node may come to hold; until `admitToVirtualAddress`, whoever
  /// connects is reset. Completes when all are bound.
  package func standBy(on addresses: [SocketAddress]) -> EventLoopFuture<Void> {
    precondition(virtualListeners.isEmpty, "HTTPServer: stands by already")
    let bound = addresses.map { address in
      let listener = Listener()
      listener.isAdmitting = false
      listener.isVirtual = true
      virtualListeners.append(listener)
      return bind(listener, to: address, inAdvance: true).map { _ in }
    }
    return EventLoopFuture.andAllSucceed(bound, on: loop)
  }

  /// From now on this node holds the addresses that it stood by on.
  package func admitToVirtualAddress() {
    for listener in virtualListeners { listener.isAdmitting = true }
  }

  /// Resets every connection that came through the cluster's addresses, and goes on listening for
  /// the next time (pitfall 65). Done when this returns.
  package func resetVirtualAddress() {
    for listener in virtualListeners {
      listener.isAdmitting = false
      listener.resetConnections()
    }
  }

  /// Whether the cluster's address is bound here, or being bound.
  package var holdsVirtualAddress: Bool { virtualListeners.contains(where: \.isAdmitting) }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
  /// Lets a socket be bound to an address that this host does not have (IP_FREEBIND of ip(7),
  /// IPV6_FREEBIND of ipv6(7)).
  static func freeBind(_ address: SocketAddress) -> Self {
    switch address.protocol {
    case .inet6: .init(level: .ipv6, name: .init(rawValue: IPV6_FREEBIND))
    case _: .init(level: .ip, name: .init(rawValue: IP_FREEBIND))
    }
  }
}
