import Determinism
import Glibc
import LinuxNetwork
import NetworkTypes
import Testing

extension KernelTests {
  @Suite("Segment")
  struct SegmentKernelTests {
    static let addresses = ["10.77.0.100", "fd77::100"]

    @Test(
      "an announcement leads the neighbours from the old holder to the new", arguments: addresses)
    func takeOver(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let caches = try await Lab.run(hosts: 3) { lab in
        let client = lab.hosts[2]
        let old = try Holder(vip, on: lab.hosts[0])
        _ = try old.gate.open(until: BootClock.now() + .seconds(30))
        let listener = try lab.hosts[0].listen(on: vip, port: 7000)
        _ = try client.connect(to: vip, port: 7000, within: 1000)
        var caches = [try client.neighbour(vip) == lab.hosts[0].interface().hardwareAddress]
        try old.gate.shut()
        let new = try Holder(vip, on: lab.hosts[1])
        _ = try new.gate.open(until: BootClock.now() + .seconds(30))
        let hardware = try lab.hosts[1].interface().hardwareAddress
        try lab.hosts[1].inside { try Segment(for: vip, on: .named("eth0")).announce() }
        let learnt = try Lab.wait(upTo: 100) { try client.neighbour(vip) == hardware }
        caches.append(learnt != nil)
        withExtendedLifetime(listener) {}
        return caches
      }
      #expect(caches == [true, true])
    }

    @Test("a host behind a shut gate still learns where the address went", arguments: addresses)
    func formerHolder(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let learns = try await Lab.run(hosts: 2) { lab in
        let (former, holder) = (lab.hosts[0], lab.hosts[1])
        let gate = try former.inside { try Gate(for: vip, on: .named("eth0")) }
        try gate.install()
        let nowhere = "02:00:00:00:00:99"
        try former.ip("neighbour replace \(vip) dev eth0 lladdr \(nowhere) nud stale")
        let open = try Holder(vip, on: holder)
        _ = try open.gate.open(until: BootClock.now() + .seconds(30))
        try holder.inside { try Segment(for: vip, on: .named("eth0")).announce() }
        let hardware = try holder.interface().hardwareAddress
        return try Lab.wait(upTo: 100) { try former.neighbour(vip) == hardware } != nil
      }
      #expect(learns)
    }

    @Test(
      "claims, probes and questions of others are told apart; own frames are not heard",
      arguments: addresses)
    func events(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let heard = try await Lab.run(hosts: 2) { lab in
        let listener = try lab.hosts[0].inside { try Segment(for: vip, on: .named("eth0")) }
        let stranger = try lab.hosts[1].inside { try Segment(for: vip, on: .named("eth0")) }
        let hardware = stranger.interface.hardwareAddress
        var heard: [SegmentEvent] = []
        // A connection makes the stranger's kernel ask.
        let deeds = [
          stranger.probe, stranger.announce,
          { _ = try lab.hosts[1].connect(to: vip, port: 7000, within: 5) },
        ]
        for deed in deeds {
          try deed()
          var new: [SegmentEvent] = []
          _ = try Lab.wait(upTo: 300) {
            new += try listener.receive()
            return !new.isEmpty
          }
          heard += new.prefix(1)
          // IPv4 announces in two forms.
          _ = try Lab.wait(upTo: 5) { try !listener.receive().isEmpty }
        }
        try listener.probe()
        try listener.announce()
        return (heard, hardware, try listener.receive())
      }
      let (events, hardware, own) = heard
      #expect(
        events == [.probed(by: hardware), .claimed(by: hardware), .asked(by: hardware)])
      #expect(own.isEmpty)
    }

    @Test("while the interface is down nothing is heard, and afterwards it is again")
    func linkDown() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      let heard = try await Lab.run(hosts: 2) { lab in
        let listener = try lab.hosts[0].inside { try Segment(for: vip, on: .named("eth0")) }
        try lab.hosts[0].ip("link set eth0 down")
        let whileDown = try listener.receive()
        try lab.hosts[0].ip("link set eth0 up")
        let stranger = try lab.hosts[1].inside { try Segment(for: vip, on: .named("eth0")) }
        let again = try Lab.wait(upTo: 2000) {
          try stranger.probe()
          return try !listener.receive().isEmpty
        }
        return (whileDown.isEmpty, again != nil)
      }
      #expect(heard.0)
      #expect(heard.1)
    }
  }

  @Suite("Watch")
  struct WatchKernelTests {
    static let addresses = ["10.77.0.100", "fd77::100"]

    @Test("somebody who takes the address away is noticed", arguments: addresses)
    func removed(text: String) async throws {
      let vip = try #require(IPAddress(text))
      let events = try await Lab.run(hosts: 1) { lab in
        let host = lab.hosts[0]
        let watch = try host.inside { try NetworkWatch(for: vip, on: .named("eth0")) }
        let lease = try host.inside { try AddressLease(vip, on: .named("eth0")) }
        try lease.renew(seconds: 60)
        try lease.renew(seconds: 60)
        let own = try watch.events()
        try host.ip("address delete \(vip)/\(vip.bytes.count * 8) dev eth0")
        return (own, try watch.gather(1))
      }
      #expect(events.0 == [])
      #expect(events.1 == [.addressRemoved])
    }

    @Test("a cable that is pulled and put back is noticed, each once")
    func carrier() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      let events = try await Lab.run(hosts: 1) { lab in
        let host = lab.hosts[0]
        let watch = try host.inside { try NetworkWatch(for: vip, on: .named("eth0")) }
        try lab.unplug(host)
        let down = try watch.gather(1)
        try lab.plug(host)
        return [down, try watch.gather(1)]
      }
      #expect(events == [[.carrier(false)], [.carrier(true)]])
    }

    @Test("the address on another interface, put there by somebody else, is noticed")
    func taken() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      let events = try await Lab.run(hosts: 1) { lab in
        let watch = try lab.hosts[0].inside { try NetworkWatch(for: vip, on: .named("eth0")) }
        try lab.hosts[0].ip("address add 10.77.0.100/8 dev lo")
        return try watch.gather(1)
      }
      #expect(events == [.addressTaken(interface: 1)])
    }

    @Test("what was not told for want of room is told as that, and later news follow")
    func overrun() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      let seen = try await Lab.run(hosts: 1) { lab in
        let host = lab.hosts[0]
        let watch = try host.inside { try NetworkWatch(for: vip, on: .named("eth0")) }
        // Each of these is told, and the kernel keeps some 200 KiB for one listener.
        for round in 0..<4 {
          try host.ip(
            (0..<250).flatMap { number in
              let address = "10.\(round).\(number).1/32 dev lo"
              return ["address add \(address)", "address delete \(address)"]
            })
        }
        let first = try watch.events()
        try lab.unplug(host)
        return (first, try watch.gather(1))
      }
      #expect(seen == ([.overrun], [.carrier(false)]))
    }

    @Test("the loss of the interface is noticed")
    func interfaceGone() async throws {
      let vip = try #require(IPAddress("10.77.0.100"))
      let events = try await Lab.run(hosts: 1) { lab in
        let watch = try lab.hosts[0].inside { try NetworkWatch(for: vip, on: .named("eth0")) }
        try lab.hosts[0].ip("link delete eth0")
        return try watch.gather(2)
      }
      #expect(events == [.carrier(false), .interfaceGone])
    }
  }
}

extension NetworkWatch {
  /// The next events, until there are so many or three seconds are over: of carriers the kernel
  /// tells once a second.
  fileprivate func gather(_ count: Int) throws -> [NetworkEvent] {
    var gathered: [NetworkEvent] = []
    _ = try Lab.wait(upTo: 3000) {
      gathered += try events()
      return gathered.count >= count
    }
    return gathered
  }
}
