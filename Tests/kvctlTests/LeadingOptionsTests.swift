import Testing

@testable import kvctl

@Suite("Options before the subcommand")
struct LeadingOptionsTests {
  private func moved(_ line: String) -> String {
    LeadingOptions.moved(line.split(separator: " ").map(String.init)).joined(separator: " ")
  }

  @Test("what stands before a subcommand moves right behind it")
  func moves() {
    #expect(
      moved("--endpoints 10.77.0.11:7379 status -o json")
        == "status --endpoints 10.77.0.11:7379 -o json")
    #expect(moved("-o json member add 4") == "member add -o json 4")
    #expect(moved("--help status") == "status --help")
  }

  @Test("a key that is called like a subcommand stays a key")
  func keys() {
    #expect(moved("put status get") == "put status get")
    #expect(moved("--timeout 1s put status get") == "put --timeout 1s status get")
  }

  @Test("what does not begin with an option, or names no subcommand, stays as it is")
  func stays() {
    #expect(moved("status -o json") == "status -o json")
    #expect(moved("--help") == "--help")
    #expect(moved("help status") == "help status")
    #expect(moved("---completion status -- x") == "---completion status -- x")
    #expect(moved("") == "")
  }

  @Test("the options arrive where the command looks for them, and the later one wins")
  func parsed() throws {
    let one = try #require(
      try Kvctl.parsed(["--endpoints", "a:1", "--timeout", "1s", "status"]) as? StatusCommand)
    #expect(one.connection.endpoints == "a:1")
    let again = ["--endpoints", "a:1", "status", "--endpoints", "b:2"]
    let two = try #require(try Kvctl.parsed(again) as? StatusCommand)
    #expect(two.connection.endpoints == "b:2")
  }

  @Test("a command without such an option refuses it, wherever it stands")
  func refused() {
    #expect(throws: (any Error).self) {
      try Kvctl.parsed(["--endpoints", "a:1", "cluster", "down"])
    }
  }
}
