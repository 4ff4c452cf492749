import Glibc
import LinuxNetwork
import NetworkTypes

/// One host of the lab. What is opened while inside stays there: descriptors keep their namespace.
struct Host {
  let number: Int
  let namespace: Int32

  /// Its own, of both families.
  var addresses: [IPAddress] {
    ["10.77.0.\(number)", "fd77::\(number)"].compactMap { IPAddress($0) }
  }

  /// Runs `body` as on this host.
  func inside<Result>(_ body: () throws -> Result) throws -> Result {
    let home = try Namespace.current()
    defer { close(home) }
    try Namespace.enter(namespace)
    defer {
      do { try Namespace.enter(home) } catch { preconditionFailure("lost in host \(number)") }
    }
    return try body()
  }

  /// `eth0`, as it is now.
  func interface() throws -> NetworkInterface {
    try inside { try NetworkInterface.named("eth0") }
  }

  /// ip(8) on this host.
  func ip(_ commands: String...) throws { try ip(commands) }
  func ip(_ commands: [String]) throws { _ = try inside { try Lab.ip(commands) } }

  /// Whether that host says that nobody listens there.
  func reaches(_ address: IPAddress) throws -> Bool {
    try inside {
      let socket = TCPSocket(address.family)
      return !socket.connect(to: address, port: 9, within: 100) && socket.wasRefused
    }
  }

  /// Whether the kernel has the address configured: binding to it needs it.
  func has(_ address: IPAddress) throws -> Bool {
    try inside {
      let socket = TCPSocket(address.family)
      return socket.bind(to: address, port: 0)
    }
  }

  /// A listener on the address and port, configured here or not.
  func listen(on address: IPAddress, port: UInt16) throws -> TCPSocket {
    try inside {
      let socket = TCPSocket(address.family)
      guard socket.bindFreely(to: address, port: port), socket.listen() else {
        throw Lab.Failure(description: "cannot listen on \(address): errno \(errno)")
      }
      return socket
    }
  }

  /// A connection from here, or nil when none came about in time.
  func connect(to address: IPAddress, port: UInt16, within milliseconds: Int32) throws -> TCPSocket?
  {
    try inside {
      let socket = TCPSocket(address.family)
      return socket.connect(to: address, port: port, within: milliseconds) ? socket : nil
    }
  }

  /// Where this host's kernel believes the address to be (ip-neighbour(8)).
  func neighbour(_ address: IPAddress) throws -> HardwareAddress? {
    try inside {
      try Lab.ip(["neighbour show to \(address) dev eth0"], reading: true)
        .split(separator: " ").lazy.compactMap { HardwareAddress(String($0)) }.first
    }
  }

  /// Whether somebody answers this host's question who has the address.
  func isAnswered(about address: IPAddress, within milliseconds: UInt64 = 100) throws -> Bool {
    try !answers(about: address, within: milliseconds).isEmpty
  }

  /// The first to answer who has the address.
  func answers(
    about address: IPAddress, within milliseconds: UInt64 = 100
  ) throws -> [HardwareAddress] {
    let segment = try inside { try Segment(for: address, on: interface()) }
    try segment.probe()
    var answers: [HardwareAddress] = []
    _ = try Lab.wait(upTo: milliseconds) {
      for case .claimed(let holder) in try segment.receive() { answers.append(holder) }
      return !answers.isEmpty
    }
    return answers
  }
}
