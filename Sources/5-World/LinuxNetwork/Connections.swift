package import NetworkTypes

/// The TCP connections of the address (sock_diag(7)). A listener is none.
package enum Connections {
  /// Those of `address`, with `port` as the local one if given; at most `Limits.mostFlows`.
  package static func flows(
    to address: IPAddress, port: UInt16? = nil
  ) throws(NetworkFault) -> [Flow] {
    throw .unsupported("NETLINK_SOCK_DIAG")
  }

  /// Resets every one of them and says how many. While the gate is open their clients hear of it;
  /// once it is shut they do not. Throws `unsupported` when the kernel has no
  /// INET_DIAG_DESTROY: then only the owner of the sockets can close them.
  @discardableResult
  package static func reset(to address: IPAddress) throws(NetworkFault) -> Int {
    throw .unsupported("INET_DIAG_DESTROY")
  }

  /// Sends each client of an earlier holder an acknowledgement that it did not expect. It answers,
  /// and this host, which knows no such connection, resets it: so an idle client learns that the
  /// holder has changed. Needs CAP_NET_RAW and an open gate.
  package static func tickle(_ flows: [Flow]) throws(NetworkFault) {
    throw .unsupported("IPPROTO_RAW")
  }
}
