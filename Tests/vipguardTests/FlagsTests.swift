import NetworkTypes
import Testing

@testable import vipguard

@Suite("The command line of vipguard")
struct FlagsTests {
  private func task(_ words: String...) throws -> Flags.Task {
    try Flags(["vipguard"] + words).task
  }

  @Test("names a socket and, if it is not root, a user")
  func serve() throws {
    #expect(try task("--socket", "/run/g") == .serve(socket: "/run/g", user: 0))
    #expect(
      try task("--uid", "65534", "--socket", "/run/g") == .serve(socket: "/run/g", user: 65534))
    #expect(try task("--socket", "/run/g", "--uid", "root") == .serve(socket: "/run/g", user: 0))
    #expect(try task("--clean") == .clean([]))
    let address = try #require(IPAddress("fd00::1"))
    #expect(try task("--clean", "fd00::1") == .clean([address]))
    #expect(try task("--socket", "/run/g", "--help") == .help)
  }

  @Test(
    "anything else is refused",
    arguments: [
      [], ["--socket"], ["--socket", ""], ["--uid", "1"],
      ["--socket", "/g", "--uid", "no-such-user"],
      ["--socket", "/g", "--uid", "-1"], ["--socket", "/g", "--uid", "4294967295"],
      ["--clean", "--socket", "/g"], ["--clean", "10.0.0.256"], ["10.0.0.1"], ["stray"],
      ["--sockets", "/g"],
    ])
  func unusable(_ words: [String]) {
    #expect(throws: SystemFault.self) { try Flags(["vipguard"] + words) }
  }
}
