import LinuxNetwork
import NetworkTypes
import Testing

extension KernelTests {
  @Suite("Host report")
  struct HostReportKernelTests {
    /// The report of a host after these changes to it.
    private func report(
      on address: String = "10.77.0.100", interface: String = "eth0", after changes: String...
    ) async throws -> HostReport {
      let address = try #require(IPAddress(address))
      return try await Lab.run(hosts: 1) { lab in
        try lab.hosts[0].ip(changes)
        return try lab.hosts[0].inside { HostReport(for: address, on: interface) }
      }
    }

    private func weight(of subject: String, in report: HostReport) -> HostReport.Finding.Weight? {
      report.findings.first { $0.subject == subject }?.weight
    }

    @Test("a host with one interface and a recent kernel offers the whole gate")
    func good() async throws {
      let report = try await report()
      #expect(report.tier == .gateAndLifetime)
      #expect(report.findings.allSatisfy { $0.weight == .good }, "\(report.findings)")
    }

    @Test("the trial of the gate leaves nothing behind")
    func tidy() async throws {
      let nobody = try #require(IPAddress("192.0.2.1"))
      let isLeft = try await Lab.run(hosts: 1) { lab in
        try lab.hosts[0].inside {
          _ = HostReport(for: nobody, on: "eth0")
          return try Gate.removeLeftovers(of: nobody)
        }
      }
      #expect(!isLeft)
    }

    @Test("the gate stands on a second interface too, but not on a port of a bridge")
    func second() async throws {
      let report = try await report(
        after: "link add eth1 type veth peer name eth2", "link add br1 type bridge",
        "link set eth2 master br1")
      let finding = report.findings.first { $0.subject == "other interfaces" }
      let names = finding?.remark.split(separator: " too").first?.split { " ,".contains($0) }
      #expect(names.map { $0.suffix(2).sorted() } == ["br1", "eth1"], "\(report)")
      #expect(report.tier == .gateAndLifetime)
    }

    @Test("an interface that is not there, or no Ethernet, is fatal", arguments: ["eth7", "lo"])
    func interface(name: String) async throws {
      let report = try await report(interface: name)
      #expect(weight(of: name, in: report) == .fatal)
      #expect(report.tier == .none)
    }

    @Test("an address that somebody else configured is fatal")
    func taken() async throws {
      let report = try await report(after: "address add 10.77.0.100/24 dev eth0")
      #expect(weight(of: "10.77.0.100", in: report) == .fatal)
    }

    @Test("an interface that is down is a caution")
    func down() async throws {
      let report = try await report(after: "link set eth0 down")
      #expect(weight(of: "eth0", in: report) == .caution)
    }

    @Test("an IPv6 address needs IPv6 on its interface")
    func family() async throws {
      let report = try await report(on: "fd77::100")
      #expect(weight(of: "disable_ipv6", in: report) == .good)
      #expect(report.tier == .gateAndLifetime)
    }
  }
}
