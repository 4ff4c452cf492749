import Determinism
import NetworkTypes
import RaftCore
import Testing

@testable import kvnode

@Suite("How a node is told of the virtual IP")
struct VirtualAddressTests {
  private func load(_ words: String...) async throws -> NodeConfiguration {
    try await NodeConfiguration.load(
      [
        "kvnode", "--node-id", "1", "--node-data", "/tmp/a", "--listen-client", "10.77.0.11:7379",
        "--listen-peer", "10.77.0.11:7380",
      ] + words, environment: [:])
  }

  private func fault(
    _ words: [String], client: String = "10.77.0.11:7379"
  ) async -> String {
    do {
      _ = try await NodeConfiguration.load(
        [
          "kvnode", "--node-id", "1", "--node-data", "/tmp/a", "--listen-client", client,
          "--listen-peer", "10.77.0.11:7380",
        ] + words, environment: [:])
      return "nothing"
    } catch {
      return "\(error)"
    }
  }

  @Test("on an interface: address, interface, and the port of the node's own clients")
  func interface() async throws {
    let configuration = try await load(
      "--vip-mode", "interface", "--vip-address", "10.77.0.100/32", "--vip-interface", "eth0")
    let address = try #require(IPAddress("10.77.0.100"))
    #expect(
      configuration.virtualAddress
        == .interface(
          .init(addresses: [address], port: 7379), name: "eth0",
          guardSocket: "/run/quoin/vipguard.sock"))
    #expect(configuration.virtualAddress.text == "10.77.0.100:7379")
  }

  @Test("several addresses, another port, another guard")
  func several() async throws {
    let configuration = try await load(
      "--vip-mode", "interface", "--vip-address", "10.77.0.100, fd77::100/128",
      "--vip-interface", "br-lan", "--vip-port", "80", "--vip-guard", "/tmp/g.sock")
    guard case .interface(let plan, "br-lan", "/tmp/g.sock") = configuration.virtualAddress else {
      Issue.record("read as \(configuration.virtualAddress)")
      return
    }
    #expect(plan.endpoints.map(\.description) == ["10.77.0.100:80", "[fd77::100]:80"])
  }

  @Test("a list in the file")
  func list() async throws {
    let file = try TemporaryFile(
      """
      vip:
        mode: interface
        interface: eth0
        address: [10.77.0.100/32, "fd77::100/128"]
      """)
    let configuration = try await load("--config", file.path)
    withExtendedLifetime(file) {}
    guard case .interface(let plan, _, _) = configuration.virtualAddress else {
      Issue.record("read as \(configuration.virtualAddress)")
      return
    }
    #expect(plan.addresses.map(\.description) == ["10.77.0.100", "fd77::100"])
  }

  @Test("by a program of the operator")
  func command() async throws {
    let configuration = try await load(
      "--vip-mode", "command", "--vip-address", "203.0.113.7/32", "--vip-command", "/bin/true")
    let address = try #require(IPAddress("203.0.113.7"))
    #expect(
      configuration.virtualAddress
        == .command(.init(addresses: [address], port: 7379), program: "/bin/true"))
  }

  private static let interface = ["--vip-mode", "interface", "--vip-interface", "eth0"]

  @Test(
    "what cannot be is refused with what would be",
    arguments: [
      (["--vip-address", "10.77.0.100/24"], "/32: an address alone, not a network"),
      (["--vip-address", "fd77::1/64"], "/128: an address alone"),
      (["--vip-address", "10.77.0.100:7379"], "such as 10.77.0.100/32"),
      (["--vip-address", "10.77.0.100,fd77::1/64"], "/128: an address alone"),
      (["--vip-address", "10.77.0.100,10.77.0.100"], "each address once"),
      (["--vip-address", "127.0.0.1/32"], "an address that other hosts can reach"),
      (["--vip-address", "224.0.0.18/32"], "an address that other hosts can reach"),
      (["--vip-address", "0.0.0.0/32"], "an address that other hosts can reach"),
      (["--vip-address", "10.77.0.100", "--vip-port", "0"], "a port from 1"),
      (["--vip-address", "10.77.0.11"], "is the cluster's: name this node's own"),
    ])
  func unusable(_ words: [String], _ says: String) async {
    #expect(await fault(Self.interface + words).contains(says))
  }

  @Test("a missing interface or program is named; a relative program is refused")
  func missing() async {
    let address = ["--vip-address", "10.77.0.100"]
    #expect(await fault(["--vip-mode", "interface"] + address).contains("vip.interface"))
    #expect(await fault(["--vip-mode", "command"] + address).contains("vip.command"))
    let blank = ["--vip-mode", "interface", "--vip-interface", "eth 0"]
    #expect(await fault(blank + address).contains("the name of an interface"))
    let relative = ["--vip-mode", "command", "--vip-command", "move"]
    #expect(await fault(relative + address).contains("absolute path"))
  }

  @Test("a wildcard for clients at the address' own port leaves no room, at another port it does")
  func wildcard() async {
    let words = Self.interface + ["--vip-address", "10.77.0.100"]
    #expect(
      await fault(words, client: "0.0.0.0:7379")
        .contains("listen.client and vip.address do not go together"))
    #expect(await fault(words + ["--vip-port", "80"], client: "[::]:7379") == "nothing")
  }

  @Test("the kernel's lifetime outlasts a lease that is renewed at a third of it")
  func lifetime() {
    for (settings, seconds) in [(Settings.lan, 2), (.lanFast, 2), (.wan, 3)] as [(Settings, UInt8)]
    {
      let lifetime = VirtualAddress.lifetime(settings)
      #expect(lifetime == seconds)
      #expect(settings.electionLeast.nanoseconds <= UInt64(lifetime) * 1_000_000_000 * 2 / 3)
    }
  }
}
