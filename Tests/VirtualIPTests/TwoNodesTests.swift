import Determinism
import RaftTypes
import Testing
import VirtualIP

/// One segment: the kernel that gives the address to one process at a time, and forgets dead ones.
private struct Segment: Hashable {
  var holder: Int?

  mutating func perform(_ action: AddressAction, _ node: Int) -> AddressEvent? {
    switch action {
    case .claim(let term, _):
      guard holder == nil || holder == node else { return .refused(term, .busy) }
      holder = node
      return .claimed(term)
    case .release:
      if holder == node { holder = nil }
      return nil
    case .probe, .renew, .announce, .tickle: return nil
    }
  }
}

/// Two nodes that lead in turns, with answers that may come late.
private struct Pair: Hashable {
  // One long lease: here only the orders of events matter.
  private static let lease = TimeSpan(nanoseconds: 1 << 60)
  var nodes = [
    AddressOwnership(lease: lease, at: Instant(nanoseconds: 0)),
    AddressOwnership(lease: lease, at: Instant(nanoseconds: 0)),
  ]
  var answers: [[AddressEvent]] = [[], []]
  var segment = Segment()
  var leader: Int?
  var term: UInt64 = 0

  enum Move: CaseIterable { case elect0, elect1, depose, hold, answer0, answer1, time }

  mutating func make(_ move: Move) {
    switch move {
    case .elect0: elect(0)
    case .elect1: elect(1)
    case .depose: depose()
    case .hold:
      guard let leader else { return }
      act(leader, .mayHold(Term(term), from: Instant(nanoseconds: 0)))
      act(leader, .leased(Term(term), until: .distantFuture))
    case .answer0: answer(0)
    case .answer1: answer(1)
    case .time:
      for node in 0...1 {
        if let action = nodes[node].pass(at: Instant(nanoseconds: 1 << 40)) {
          perform(action, node)
        }
      }
    }
  }

  private mutating func elect(_ node: Int) {
    depose()
    leader = node
    term += 1
  }

  private mutating func depose() {
    if let old = leader { act(old, .mustRelease) }
    leader = nil
  }

  private mutating func act(_ node: Int, _ event: AddressEvent) {
    if let action = nodes[node].step(event, at: Instant(nanoseconds: 0)) { perform(action, node) }
  }

  private mutating func perform(_ action: AddressAction, _ node: Int) {
    if let answer = segment.perform(action, node) { answers[node].append(answer) }
  }

  private mutating func answer(_ node: Int) {
    guard !answers[node].isEmpty else { return }
    act(node, answers[node].removeFirst())
  }
}

@Suite("Two nodes and one address")
struct TwoNodesTests {
  // Every order of elections, depositions, claims, late answers and retries up to this depth.
  private static let depth = 7

  private func explore(_ body: (Pair) -> Void) {
    var states: Set<Pair> = [Pair()]
    for _ in 0..<Self.depth {
      var next: Set<Pair> = []
      for state in states {
        for move in Pair.Move.allCases {
          var pair = state
          pair.make(move)
          next.insert(pair)
          body(pair)
        }
      }
      states = next
    }
  }

  @Test("pitfall 61: whoever believes it holds the address leads, and has it")
  func truth() {
    var holdings = 0
    explore { pair in
      for node in 0...1 where pair.nodes[node].isHolding {
        holdings += 1
        #expect(pair.leader == node && pair.segment.holder == node, "\(pair)")
      }
    }
    #expect(holdings > 100, "a test in which nobody ever holds it shows nothing")
  }

  @Test("once every answer has come, only the leader has the address")
  func nothingLeaks() {
    explore { pair in
      var settled = pair
      while settled.answers.contains(where: { !$0.isEmpty }) {
        settled.make(.answer0)
        settled.make(.answer1)
      }
      #expect(settled.segment.holder == nil || settled.segment.holder == settled.leader, "\(pair)")
    }
  }

  @Test("a leader gets the address as soon as time passes and answers come")
  func liveness() {
    explore { pair in
      guard let leader = pair.leader else { return }
      var settled = pair
      for move in [Pair.Move.hold, .answer0, .answer1, .answer0, .answer1] { settled.make(move) }
      for _ in 0..<Self.depth {
        settled.make(.answer0)
        settled.make(.answer1)
        settled.make(.time)
        settled.make(.hold)
      }
      settled.make(.answer0)
      settled.make(.answer1)
      #expect(settled.nodes[leader].isHolding, "\(pair)")
    }
  }
}
