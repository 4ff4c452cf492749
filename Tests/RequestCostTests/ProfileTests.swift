import Testing

@testable import RequestCost

@Suite("Accounts of callgrind")
struct ProfileTests {
  private let text = """
    # callgrind format
    part: 4
    positions: line
    events: Ir

    fl=(1) ???
    fn=(1) main
    0 100
    cob=(2) libc
    cfn=(2) malloc
    calls=3 0
    0 60
    +3 7
    cfn=(3) $s3put
    calls=2 0
    * 900

    fn=(2)
    0 60

    fn=(3)
    0 880
    cfn=(2)
    calls=1 0
    0 20
    totals: 1067
    """

  @Test("a function's own costs are those outside its calls")
  func own() {
    let profile = Profile(text)
    #expect(profile.part == 4 && profile.total == 1067)
    #expect(profile.functions["main"]?.own == 107)
    #expect(profile.functions["$s3put"]?.own == 880)
    #expect(profile.functions.values.reduce(0) { $0 + $1.own } == 1047)
  }

  @Test("calls add up over the callers, by names given once")
  func calls() {
    let profile = Profile(text)
    #expect(profile.calls(of: ["malloc"]) == 4)
    #expect(profile.calls(of: ["malloc", "$s3put", "nowhere"]) == 6)
  }

  @Test("what a shorter run costs too falls out, function by function")
  func difference() {
    let rest = Profile(text + "\nfn=(2)\n0 40\ntotals: 2000").less(Profile(text))
    #expect(rest.total == 933)
    #expect(rest.functions["malloc"]?.own == 40 && rest.functions["main"]?.own == 0)
  }

  @Test("a load costs what the longer of its phases had more, by request")
  func accounts() throws {
    let accounts = try Accounts { part in
      Profile(
        """
        part: \(part)
        cfn=(2) malloc
        calls=\(part * 512) 0
        totals: \(part * part * 512)
        """)
    }
    #expect(accounts.loads.map(\.cost.load) == ["put", "get", "put-64", "get-64"])
    // Parts 2 and 4, 6 and 8, and so on.
    #expect(accounts.loads.map(\.cost.instructions) == [12, 28, 44, 60])
    #expect(accounts.loads.map(\.cost.allocations) == [2, 2, 2, 2])
  }

  @Test("a run that ended early is no account")
  func missing() {
    #expect(throws: Accounts.Fault.self) {
      try Accounts { part in part > 8 ? nil : Profile("part: \(part)\ntotals: \(part)") }
    }
  }
}
