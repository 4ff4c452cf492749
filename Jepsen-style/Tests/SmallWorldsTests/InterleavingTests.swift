import SmallWorlds
import Testing

@Suite("Every interleaving of three nodes and two writes, to a depth")
struct InterleavingTests {
  /// Some seconds in either build; `faultlab explore --interleavings --depth N` goes on from there.
  #if DEBUG
    static let depths: [Opening: Int] = [.born: 8, .led: 6, .contested: 5]
  #else
    static let depths: [Opening: Int] = [.born: 10, .led: 7, .contested: 7]
  #endif

  @Test("no promise is broken within the depth", arguments: Opening.allCases)
  func sound(opening: Opening) throws {
    var bounds = Bounds()
    bounds.depth = try #require(Self.depths[opening])
    var exploration = Exploration(opening, bounds)
    let report = exploration.run()
    #expect(report.broken == nil, "\(report.trace.joined(separator: "\n"))")
    #expect(report.depth == bounds.depth)
    print("\(opening): \(report.states) states, \(report.actions) actions, depth \(report.depth)")
  }

  @Test("the search sees what it should: both writes committed, terms with other leaders")
  func reach() {
    var bounds = Bounds()
    (bounds.copies, bounds.restarts, bounds.lingers, bounds.expiries) = (0, 0, 0, 0)
    bounds.depth = 9
    var quiet = Exploration(.led, bounds)
    let writes = quiet.run()
    // Genesis, the term's first entry, and both writes.
    #expect(writes.mostCommitted == 4)
    bounds.proposals = 0
    (bounds.expiries, bounds.lingers) = (2, 1)
    bounds.depth = 10
    var contested = Exploration(.contested, bounds)
    #expect(contested.run().mostReigns == 3)
  }

  @Test("the same bounds give the same states, and more depth more of them")
  func repeatable() {
    var bounds = Bounds()
    bounds.depth = 7
    var first = Exploration(.born, bounds)
    var second = Exploration(.born, bounds)
    let (a, b) = (first.run(), second.run())
    #expect(a.layers == b.layers && a.states == a.layers.reduce(0, +))
    #expect(zip(a.layers, a.layers.dropFirst()).allSatisfy { $0 < $1 })
  }
}
