internal import NIOCore

/// One listening socket and the connections that were accepted through it.
final class Listener {
  var channel: (any Channel)?
  /// Keyed by identity; the order does not matter to anyone.
  var connections: [ObjectIdentifier: ClientConnection] = [:]
  /// Whether it is one of the cluster's addresses.
  var isVirtual = false
  /// Whether those who connect are served; else they are reset.
  var isAdmitting = true
  /// Set when it was closed before its bind had completed.
  private(set) var isClosed = false

  /// Accepts nothing more. The socket is closed when this returns.
  func close() {
    isClosed = true
    channel?.close(promise: nil)
    channel = nil
  }

  func resetConnections() {
    for connection in Array(connections.values) { connection.reset() }
  }
}
