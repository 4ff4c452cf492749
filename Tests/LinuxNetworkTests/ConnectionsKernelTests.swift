import Determinism
import Glibc
import LinuxNetwork
import NetworkTypes
import Testing

extension KernelTests {
  @Suite("Connections")
  struct ConnectionsKernelTests {
    static let addresses = ["10.77.0.100", "fd77::100"]

    @Test(
      "a reset reaches every client of the address, and spares the listener and other addresses",
      arguments: addresses)
    func reset(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let real = try #require(IPAddress(text.contains(":") ? "fd77::1" : "10.77.0.1"))
      let seen = try await Lab.run(hosts: 2) { lab in
        let (server, client) = (lab.hosts[0], lab.hosts[1])
        let holder = try Holder(vip, on: server)
        _ = try holder.gate.open(until: BootClock.now() + .seconds(30))
        let listener = try server.listen(on: vip, port: 7000)
        let other = try server.listen(on: real, port: 7000)
        let idle = try Lab.need(
          try client.connect(to: vip, port: 7000, within: 1000))
        let writing = try Lab.need(
          try client.connect(to: vip, port: 7000, within: 1000))
        let elsewhere = try Lab.need(
          try client.connect(to: real, port: 7000, within: 1000))
        _ = writing.send("question")
        let accepted = [listener, listener, other].map { $0.accept(within: 1000) }
        let flows = try server.inside { try Connections.flows(to: vip, port: 7000) }
        let count = try server.inside { try Connections.reset(to: vip) }
        var seen: [Bool] = [
          flows.count == 2 && flows.allSatisfy { $0.local == vip && $0.localPort == 7000 },
          try server.inside { try Connections.flows(to: vip, port: 7001) }.isEmpty,
          count == 2, idle.isReset(within: 500), writing.isReset(within: 500),
          !elsewhere.isReset(within: 50),
        ]
        seen.append(try client.connect(to: vip, port: 7000, within: 1000) != nil)
        withExtendedLifetime(accepted) {}
        return seen
      }
      #expect(seen == [Bool](repeating: true, count: 7))
    }

    @Test("an IPv4 client of a socket that serves both families is found and reset")
    func dualStack() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      let seen = try await Lab.run(hosts: 2) { lab in
        let holder = try Holder(vip, on: lab.hosts[0])
        _ = try holder.gate.open(until: BootClock.now() + .seconds(30))
        let listener = try lab.hosts[0].listen(on: .unspecified(.v6), port: 7000)
        let client = try Lab.need(
          try lab.hosts[1].connect(to: vip, port: 7000, within: 1000))
        let flows = try lab.hosts[0].inside { try Connections.flows(to: vip) }
        let count = try lab.hosts[0].inside { try Connections.reset(to: vip) }
        withExtendedLifetime(listener) {}
        return (flows.map(\.local), count, client.isReset(within: 500))
      }
      #expect(seen == ([vip], 1, true))
    }

    @Test("a tickle tells an idle client that the holder has changed", arguments: addresses)
    func tickle(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let seen = try await Lab.run(hosts: 3) { lab in
        let (old, new, client) = (lab.hosts[0], lab.hosts[1], lab.hosts[2])
        let holder = try Holder(vip, on: old)
        _ = try holder.gate.open(until: BootClock.now() + .seconds(30))
        let listener = try old.listen(on: vip, port: 7000)
        let connection = try Lab.need(
          try client.connect(to: vip, port: 7000, within: 1000))
        let accepted = listener.accept(within: 1000)
        let flows = try old.inside { try Connections.flows(to: vip) }
        // The old holder falls silent; nobody can tell its clients.
        try lab.unplug(old)
        let successor = try Holder(vip, on: new)
        _ = try successor.gate.open(until: BootClock.now() + .seconds(30))
        try new.inside { try Segment(for: vip, on: .named("eth0")).announce() }
        let before = connection.isReset(within: 200)
        try new.inside { try Connections.tickle(flows) }
        withExtendedLifetime(accepted) {}
        return [before, connection.isReset(within: 100)]
      }
      #expect(seen == [false, true])
    }

    @Test("a thousand connections are listed and reset")
    func many() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      let counts = try await Lab.run(hosts: 2) { lab in
        let holder = try Holder(vip, on: lab.hosts[0])
        _ = try holder.gate.open(until: BootClock.now() + .seconds(30))
        let listener = try lab.hosts[0].listen(on: vip, port: 7000)
        var ends: [TCPSocket?] = []
        for _ in 0..<450 {
          ends.append(try lab.hosts[1].connect(to: vip, port: 7000, within: 1000))
          ends.append(listener.accept(within: 1000))
        }
        let listed = try lab.hosts[0].inside { try Connections.flows(to: vip).count }
        return [listed, try lab.hosts[0].inside { try Connections.reset(to: vip) }]
      }
      #expect(counts == [450, 450])
    }
  }
}
