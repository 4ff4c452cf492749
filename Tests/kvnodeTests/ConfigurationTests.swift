import Logging
import RaftCore
import RaftTypes
import Testing

@testable import kvnode

@Suite("Configuration of kvnode")
struct ConfigurationTests {
  private static let whole = """
    node:
      id: 7
      data: /tmp/quoin/7
    listen:
      client: "127.0.0.1:7387"
      peer: "[::1]:7397"
    vip:
      address: "127.0.0.100:7379"
      mode: loopback
    profile: wan
    log:
      level: debug
    """

  private func load(
    _ text: String?, _ flags: [String] = [], _ environment: [String: String] = [:]
  ) async throws -> NodeConfiguration {
    guard let text else {
      return try await NodeConfiguration.load(["kvnode"] + flags, environment: environment)
    }
    let file = try TemporaryFile(text)
    let arguments = ["kvnode", "--config", file.path] + flags
    let result = try await NodeConfiguration.load(arguments, environment: environment)
    withExtendedLifetime(file) {}
    return result
  }

  private func fault(
    _ text: String?, _ flags: [String] = [], _ environment: [String: String] = [:]
  ) async -> String {
    let error = await #expect(throws: ConfigurationFault.self) {
      try await load(text, flags, environment)
    }
    return error.map { "\($0)" } ?? "nothing"
  }

  @Test("a file says everything")
  func file() async throws {
    let configuration = try await load(Self.whole)
    #expect(configuration.id == NodeID(7))
    #expect(configuration.data == "/tmp/quoin/7")
    #expect(configuration.client == Endpoint("127.0.0.1:7387"))
    #expect(configuration.peer.description == "[::1]:7397")
    #expect(configuration.virtualAddress.text == "127.0.0.100:7379")
    #expect(configuration.consensus == .wan)
    #expect(configuration.logLevel == .debug)
  }

  @Test("a flag wins over the environment, the environment over the file")
  func precedence() async throws {
    let environment = ["QUOIN_NODE_ID": "8", "QUOIN_PROFILE": "lan-fast"]
    let configuration = try await load(Self.whole, ["--node-id", "9"], environment)
    #expect(configuration.id == NodeID(9))
    #expect(configuration.consensus == .lanFast)
    #expect(configuration.logLevel == .debug)
  }

  @Test(
    "lease reads are off unless asked for",
    arguments: [("", false), ("off", false), ("on", true), ("'on'", true)])
  func leaseReads(_ word: String, _ expected: Bool) async throws {
    let text = word.isEmpty ? Self.whole : Self.whole + "\nreads:\n  lease: \(word)"
    #expect(try await load(text).consensus.leaseReads == expected)
  }

  @Test("flags alone, or the environment alone, are enough")
  func withoutFile() async throws {
    let flags = [
      "--node-id", "1", "--node-data=/tmp/a", "--listen-client", "127.0.0.1:1",
      "--listen-peer", "127.0.0.1:2",
    ]
    let byFlags = try await load(nil, flags)
    #expect(byFlags.id == NodeID(1) && byFlags.data == "/tmp/a")
    #expect(byFlags.virtualAddress == .none && byFlags.consensus == .lan)
    #expect(byFlags.logLevel == .info)
    let byEnvironment = try await load(
      nil, [],
      [
        "QUOIN_NODE_ID": "2", "QUOIN_NODE_DATA": "/tmp/b", "QUOIN_LISTEN_CLIENT": "127.0.0.1:1",
        "QUOIN_LISTEN_PEER": "127.0.0.1:2",
      ])
    #expect(byEnvironment.id == NodeID(2) && byEnvironment.data == "/tmp/b")
  }

  @Test("mode none keeps the address in the file, and this node off it")
  func noAddress() async throws {
    #expect(try await load(Self.whole, ["--vip-mode", "none"]).virtualAddress == .none)
  }

  @Test(
    "a value that cannot be used is named, with what was expected",
    arguments: [
      (["--node-id", "0"], "node.id: \"0\""), (["--node-id", "-1"], "node.id: \"-1\""),
      (["--node-id", "x"], "a whole number from 1"),
      (["--listen-client", "127.0.0.1"], "listen.client: \"127.0.0.1\""),
      (["--listen-client", ":7381"], "expected host:port"),
      (["--listen-peer", "127.0.0.1:0"], "listen.peer"),
      (["--listen-peer", "127.0.0.1:65536"], "listen.peer"),
      (["--vip-address", "10.0.0.1:7379"], "an address of the loopback range"),
      (["--vip-mode", "cloud"], "loopback, interface, command or none"),
      (["--profile", "warp"], "lan, lan-fast or wan"), (["--log-level", "loud"], "log.level"),
      (["--reads-lease", "maybe"], "reads.lease: \"maybe\" is not usable; expected on or off"),
    ])
  func unusable(_ flags: [String], _ says: String) async {
    #expect(await fault(Self.whole, flags).contains(says))
  }

  @Test("a missing key is named in all three spellings")
  func missing() async {
    let said = await fault("node:\n  data: /tmp/a\n")
    #expect(said.contains("node.id") && said.contains("--node-id"))
    #expect(said.contains("QUOIN_NODE_ID"))
  }

  @Test("a mistyped key or flag is refused, not passed over")
  func mistyped() async {
    #expect(await fault(Self.whole + "\nlistne:\n  client: x\n").contains("listne.client"))
    #expect(await fault(Self.whole, ["--node-idd", "3"]).contains("--node-idd"))
    #expect(await fault(Self.whole, ["stray"]).contains("stray"))
    #expect(await fault(Self.whole, ["--node-id"]).contains("--node-id needs a value"))
    #expect(await fault(Self.whole, ["--node-id="]).contains("--node-id needs a value"))
  }

  @Test("a file that is missing, huge or no YAML of keys is refused by its name")
  func unreadable() async {
    #expect(await fault(nil, ["--config", "/nowhere/node.yaml"]).contains("/nowhere/node.yaml"))
    for text in ["just words", "- a\n- list\n", "node: [\n", "a: \"\0\"\n"] {
      #expect(await fault(text).contains("/tmp/"), "\(text)")
    }
    #expect(await fault(String(repeating: "# long\n", count: 200_000)).contains("longer than"))
  }
}
