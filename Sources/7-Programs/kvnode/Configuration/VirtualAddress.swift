import GuardProtocol
import NetworkTypes

/// How this node may come to hold the cluster's address.
enum VirtualAddress: Hashable, Sendable {
  /// It never does.
  case none
  /// By listening on it, on this machine alone.
  case loopback(Endpoint)
  /// By a guard that puts it on an interface.
  case interface(Plan, name: String, guardSocket: String)
  /// By the operator's program.
  case command(Plan, program: String)

  /// The addresses and the port behind them.
  struct Plan: Hashable, Sendable {
    let addresses: [IPAddress]
    let port: UInt16

    /// As clients dial them.
    var endpoints: [Endpoint] {
      addresses.compactMap { address in
        Endpoint(address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)")
      }
    }
  }

  static let defaultGuard = "/run/quoin/vipguard.sock"

  /// As it stands in the cluster's status; nil for a node without one.
  var text: String? {
    switch self {
    case .none: nil
    case .loopback(let endpoint): endpoint.description
    case .interface(let plan, _, _), .command(let plan, _): plan.endpoints.first?.description
    }
  }

  /// - Parameter client: where the node's own clients are answered; its port is the address' too
  ///   unless one is configured.
  init(_ values: Values, beside client: Endpoint) throws(ConfigurationFault) {
    guard let list = values.list(.vipAddress) else {
      self = .none
      return
    }
    let mode = values[.vipMode] ?? "loopback"
    switch mode {
    case "none": self = .none
    case "loopback":
      let endpoint = try values.endpoint(.vipAddress)
      guard endpoint.host.hasPrefix("127.") || endpoint.host == "::1" else {
        throw .unusable(
          .vipAddress, endpoint.description,
          "an address of the loopback range, such as 127.0.0.100:7379, in mode loopback")
      }
      self = .loopback(endpoint)
    case "interface":
      let plan = try Self.plan(list, values, beside: client)
      let path = values[.vipGuard] ?? Self.defaultGuard
      guard (1..<Self.socketPathBytes).contains(path.utf8.count) else {
        throw .unusable(.vipGuard, path, "the path of a socket, below 108 bytes")
      }
      self = .interface(plan, name: try Self.interface(values), guardSocket: path)
    case "command":
      let program = try values.required(.vipCommand)
      guard program.hasPrefix("/") else {
        throw .unusable(.vipCommand, program, "the absolute path of a program")
      }
      self = .command(try Self.plan(list, values, beside: client), program: program)
    case _: throw .unusable(.vipMode, mode, "loopback, interface, command or none")
    }
  }

  /// sun_path of unix(7), with its terminator.
  private static let socketPathBytes = 108

  private static func interface(_ values: Values) throws(ConfigurationFault) -> String {
    let name = try values.required(.vipInterface)
    guard GuardHello.Place.isInterfaceName(name) else {
      throw .unusable(.vipInterface, name, "the name of an interface, as ip link shows it")
    }
    return name
  }

  private static func plan(
    _ list: [String], _ values: Values, beside client: Endpoint
  ) throws(ConfigurationFault) -> Plan {
    var addresses: [IPAddress] = []
    for word in list {
      let address = try address(word)
      guard !addresses.contains(address) else {
        throw .unusable(.vipAddress, word, "each address once")
      }
      addresses.append(address)
    }
    guard (1...GuardProtocol.Limits.addresses).contains(addresses.count) else {
      throw .unusable(
        .vipAddress, list.joined(separator: ", "),
        "1 to \(GuardProtocol.Limits.addresses) addresses")
    }
    let port = values[.vipPort] ?? "\(client.port)"
    guard let port = UInt16(port), port > 0 else {
      throw .unusable(.vipPort, values[.vipPort] ?? "", "a port from 1 to 65535")
    }
    let plan = Plan(addresses: addresses, port: port)
    if let own = IPAddress(client.host), client.port == Int(port) {
      guard !own.isUnspecified else {
        throw .contradiction(
          .listenClient, .vipAddress,
          "a wildcard at port \(port) leaves no room for the address: name this node's own address")
      }
      guard !addresses.contains(own) else {
        throw .contradiction(
          .listenClient, .vipAddress, "\(own) is the cluster's: name this node's own address")
      }
    }
    return plan
  }

  private static func address(_ text: String) throws(ConfigurationFault) -> IPAddress {
    let expected = "an address with its full length, such as 10.77.0.100/32 or fd00::100/128"
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else {
      throw .unusable(.vipAddress, text, expected)
    }
    let full = address.bytes.count * 8
    if parts.count == 2, parts[1] != "\(full)" {
      // A shorter one would bring a route, and its end the node's own address.
      throw .unusable(.vipAddress, text, "/\(full): an address alone, not a network")
    }
    guard !address.isLoopback, !address.isMulticast, !address.isUnspecified else {
      throw .unusable(.vipAddress, text, "an address that other hosts can reach")
    }
    return address
  }
}
