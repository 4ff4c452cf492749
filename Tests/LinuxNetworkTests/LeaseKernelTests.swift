import Determinism
import Glibc
import LinuxNetwork
import NetworkTypes
import Testing

extension KernelTests {
  @Suite("Address lease")
  struct LeaseKernelTests {
    static let addresses = ["10.77.0.100", "fd77::100"]

    // How late depends on who else holds the kernel's network lock: at most 1.25 s when nobody
    // does, seconds while namespaces are taken apart. The gate has shut long before.
    @Test(
      "the kernel takes the address away by itself, not before 2 s since the last renewal",
      arguments: addresses)
    func expiry(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let lifetime = try await Lab.run(hosts: 1) { lab in
        let host = lab.hosts[0]
        let real = try #require(IPAddress(text.contains(":") ? "fd77::1" : "10.77.0.1"))
        let lease = try host.inside { try AddressLease(vip, on: .named("eth0")) }
        try lease.renew(seconds: 60)
        try lease.renew(seconds: 2)
        let gone = try Lab.wait(upTo: 30_000) { try !host.has(vip) }
        return (gone, try host.has(real))
      }
      #expect(lifetime.0.map { $0 >= 2000 } == true, "\(lifetime)")
      #expect(lifetime.1, "the host's own address went along")
    }

    @Test("the expiry of the address spares the host's own, whoever was there first")
    func firstOfItsInterface() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      let real = try #require(IPAddress("10.77.0.1"))
      let survives = try await Lab.run(hosts: 1) { lab in
        let host = lab.hosts[0]
        try host.ip("address flush dev eth0 scope global")
        let lease = try host.inside { try AddressLease(vip, on: .named("eth0")) }
        try lease.renew(seconds: 60)
        try host.ip("address add 10.77.0.1/24 dev eth0")
        try lease.remove()
        return [try host.has(vip), try host.has(real)]
      }
      #expect(survives == [false, true])
    }

    @Test("taking away what is gone already is success", arguments: addresses)
    func removedTwice(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let presence = try await Lab.run(hosts: 1) { lab in
        let host = lab.hosts[0]
        let lease = try host.inside { try AddressLease(vip, on: .named("eth0")) }
        try lease.remove()
        try lease.renew(seconds: 60)
        let before = try host.has(vip)
        try lease.remove()
        try lease.remove()
        return [before, try host.has(vip)]
      }
      #expect(presence == [true, false])
    }

    @Test("taking the address away from an interface that is gone is success")
    func interfaceGone() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      try await Lab.run(hosts: 1) { lab in
        let lease = try lab.hosts[0].inside { try AddressLease(vip, on: .named("eth0")) }
        try lease.renew(seconds: 60)
        try lab.hosts[0].ip("link delete eth0")
        try lease.remove()
      }
    }

    @Test(
      "an address that somebody else configured is neither taken nor removed", arguments: addresses)
    func stranger(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let seen = try await Lab.run(hosts: 1) { lab in
        let host = lab.hosts[0]
        try host.ip("address add \(vip)/\(vip.bytes.count * 8) dev eth0 nodad")
        let (lease, index) = try host.inside {
          let interface = try NetworkInterface.named("eth0")
          return (try AddressLease(vip, on: interface), interface.index)
        }
        var fault: NetworkFault?
        do { try lease.renew(seconds: 60) } catch { fault = error as? NetworkFault }
        let found = try host.inside { try AddressLease.removeLeftovers(of: vip) }
        return (fault == .addressTaken(interface: index), found, try host.has(vip))
      }
      #expect(seen.0)
      #expect(!seen.1)
      #expect(seen.2)
    }

    @Test("what a crash left is found again and removed, once", arguments: addresses)
    func leftovers(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let seen = try await Lab.run(hosts: 1) { lab in
        let host = lab.hosts[0]
        return try host.inside {
          // The lease that put it there is forgotten, as after a crash.
          try AddressLease(vip, on: .named("eth0")).renew(seconds: 60)
          let found = try AddressLease.removeLeftovers(of: vip)
          return [found, try host.has(vip), try AddressLease.removeLeftovers(of: vip)]
        }
      }
      #expect(seen == [true, false, false])
    }

    @Test("the address answers in the very instant after it was added", arguments: addresses)
    func atOnce(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let unanswered = try await Lab.run(hosts: 2) { lab in
        let holder = try Holder(vip, on: lab.hosts[0])
        _ = try holder.gate.open(until: BootClock.now() + .seconds(30))
        return try (0..<40).filter { _ in
          try holder.lease.remove()
          try holder.lease.renew(seconds: 60)
          return try !lab.hosts[1].isAnswered(about: vip, within: 50)
        }.count
      }
      #expect(unanswered == 0)
    }

    @Test(
      "a client may connect in the very instant after the address was added",
      arguments: addresses)
    func connectedAtOnce(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let failures = try await Lab.run(hosts: 2) { lab in
        let holder = try Holder(vip, on: lab.hosts[0])
        _ = try holder.gate.open(until: BootClock.now() + .seconds(30))
        let listener = try lab.hosts[0].listen(on: vip, port: 7000)
        return try (0..<40).filter { _ in
          try holder.lease.remove()
          try holder.lease.renew(seconds: 60)
          let client = try lab.hosts[1].connect(to: vip, port: 7000, within: 300)
          return client == nil || listener.accept(within: 300) == nil
        }.count
      }
      #expect(failures == 0)
    }

    @Test("a new process takes over the lease of the one before it")
    func takeOver() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      let isThere = try await Lab.run(hosts: 1) { lab in
        try lab.hosts[0].inside {
          try AddressLease(vip, on: .named("eth0")).renew(seconds: 2)
          try AddressLease(vip, on: .named("eth0")).renew(seconds: 60)
          return try lab.hosts[0].has(vip)
        }
      }
      #expect(isThere)
    }

    @Test("an interface that is not there has its own fault")
    func noInterface() async throws {
      let fault = try await Lab.run(hosts: 1) { lab in
        try lab.hosts[0].inside {
          do {
            _ = try NetworkInterface.named("eth7")
            return nil as NetworkFault?
          } catch { return error as? NetworkFault }
        }
      }
      #expect(fault == .noSuchInterface("eth7"))
    }

    @Test("an interface that is no Ethernet has its own fault")
    func loopback() async throws {
      let fault = try await Lab.run(hosts: 1) { lab in
        try lab.hosts[0].inside {
          do {
            _ = try NetworkInterface.named("lo")
            return nil as NetworkFault?
          } catch { return error as? NetworkFault }
        }
      }
      #expect(fault == .notEthernet("lo"))
    }
  }
}
