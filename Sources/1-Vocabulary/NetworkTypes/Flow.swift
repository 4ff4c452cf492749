/// One TCP connection, seen from the holder of the address: enough to tell its client that the
/// holder has changed.
public struct Flow: Hashable, Sendable, CustomStringConvertible {
  public let local: IPAddress
  public let localPort: UInt16
  public let remote: IPAddress
  public let remotePort: UInt16

  /// Both ends are of one family.
  public init(local: IPAddress, localPort: UInt16, remote: IPAddress, remotePort: UInt16) {
    precondition(
      local.family == remote.family, "a connection between \(local) and \(remote) cannot be")
    self.local = local
    self.localPort = localPort
    self.remote = remote
    self.remotePort = remotePort
  }

  public var description: String { "[\(local)]:\(localPort) <- [\(remote)]:\(remotePort)" }
}

extension Flow: Comparable {
  /// By the client's port first: of all parts it tells connections of one address apart soonest.
  public static func < (a: Self, b: Self) -> Bool {
    if a.remotePort != b.remotePort { return a.remotePort < b.remotePort }
    if a.remote != b.remote { return a.remote < b.remote }
    if a.localPort != b.localPort { return a.localPort < b.localPort }
    return a.local < b.local
  }
}
