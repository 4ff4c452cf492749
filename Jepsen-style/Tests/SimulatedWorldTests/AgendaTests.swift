import Determinism
import Testing

@testable import SimulatedWorld

@Suite("The agenda")
struct AgendaTests {
  @Test("a grain delays events to its multiples and keeps their order")
  func grain() {
    var agenda = Agenda<Int>(grain: .nanoseconds(10))
    for (event, time) in [7, 20, 3, 11, 10].enumerated() {
      agenda.add(event, at: Instant(nanoseconds: UInt64(time)))
    }
    var found: [(UInt64, Int)] = []
    while let (time, event) = agenda.pop() { found.append((time.nanoseconds, event)) }
    #expect(found.map(\.0) == [10, 10, 10, 20, 20])
    #expect(found.map(\.1) == [0, 2, 4, 1, 3])
  }

  @Test("events come in the order of their times, and of their arrival at one time")
  func order() {
    var dice = Dice(seed: 5)
    var agenda = Agenda<Int>()
    var expected: [(time: UInt64, event: Int)] = []
    var seen: [Int] = []
    for event in 0..<2000 {
      let time = dice.below(300)
      agenda.add(event, at: Instant(nanoseconds: time))
      expected.append((time, event))
      guard dice.chance(1, in: 3) else { continue }
      // What is taken out early must be the least of what is there.
      let least = expected.indices.min { a, b in
        (expected[a].time, expected[a].event) < (expected[b].time, expected[b].event)
      }
      if let least { seen.append(expected.remove(at: least).event) }
      #expect(agenda.pop()?.1 == seen.last)
    }
    let rest = expected.sorted { ($0.time, $0.event) < ($1.time, $1.event) }.map(\.event)
    var left: [Int] = []
    while let (_, event) = agenda.pop() { left.append(event) }
    #expect(left == rest)
    #expect(agenda.count == 0 && agenda.next == nil)
  }
}

@Suite("Clocks of a machine")
struct NodeClockTests {
  @Test("the boot clock never falls, and runs within its drift")
  func monotone() {
    for drift in [-10_000, -1, 0, 7, 10_000] as [Int64] {
      let clock = NodeClock(drift: drift, origin: 500, wallOffset: 0)
      var before = clock.local(Instant(nanoseconds: 0))
      for step in 0..<3000 as Range<UInt64> {
        let now = Instant(nanoseconds: step * 333_333)
        let shown = clock.local(now)
        #expect(shown >= before)
        let elapsed = Int64(shown.nanoseconds - 500)
        let error = elapsed - Int64(now.nanoseconds)
        #expect(abs(error) <= Int64(now.nanoseconds) * abs(drift) / 1_000_000 + 1)
        before = shown
      }
    }
  }

  @Test("a deadline is woken for at the first moment at which the node's own clock shows it")
  func inverse() {
    var dice = Dice(seed: 2)
    for drift in [-10_000, 0, 10_000] as [Int64] {
      let clock = NodeClock(drift: drift, origin: 12_345, wallOffset: 0)
      for _ in 0..<500 {
        let deadline = Instant(nanoseconds: 12_345 + dice.below(60_000_000_000))
        let wake = clock.world(deadline)
        #expect(clock.local(wake) >= deadline)
        if wake.nanoseconds > 0 {
          let earlier = Instant(nanoseconds: wake.nanoseconds - 1)
          #expect(clock.local(earlier) < deadline)
        }
      }
    }
    let clock = NodeClock(drift: 3, origin: 0, wallOffset: 0)
    #expect(clock.world(.distantFuture) == .distantFuture)
  }
}
