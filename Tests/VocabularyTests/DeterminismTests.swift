import Determinism
import Testing

@Suite("Dice, times and sorted maps")
struct DeterminismTests {
  @Test("SplitMix64's known answers for seed 0 and for 1234567")
  func knownRolls() {
    var zero = Dice(seed: 0)
    #expect(
      [zero.next(), zero.next(), zero.next()] == [
        0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f,
      ])
    var other = Dice(seed: 1_234_567)
    #expect(
      [other.next(), other.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
  }

  @Test("rolls below a bound are below it, and every face comes up about as often")
  func fairness() {
    var dice = Dice(seed: 3)
    for bound in [1, 2, 6, 7] as [UInt64] {
      var faces = [Int](repeating: 0, count: Int(bound))
      for _ in 0..<7000 { faces[Int(dice.below(bound))] += 1 }
      let fair = 7000 / Int(bound)
      #expect(faces.allSatisfy { $0 > fair * 8 / 10 && $0 < fair * 12 / 10 }, "\(faces)")
    }
    #expect((0..<100).allSatisfy { _ in dice.below((1 << 63) + 1) <= 1 << 63 })
  }

  @Test("a split die does not depend on how often the other is thrown afterwards")
  func split() {
    var (one, other) = (Dice(seed: 9), Dice(seed: 9))
    var (a, b) = (one.split(), other.split())
    for _ in 0..<10 { _ = one.next() }
    #expect((0..<10).map { _ in a.next() } == (0..<10).map { _ in b.next() })
    #expect(one != other)
  }

  @Test("a span lies in its range, and is its start when the range is empty")
  func spans() {
    var dice = Dice(seed: 4)
    for _ in 0..<500 {
      let span = dice.span(from: .milliseconds(10), to: .milliseconds(20))
      #expect(span >= .milliseconds(10) && span < .milliseconds(20))
    }
    #expect(dice.span(from: .seconds(2), to: .seconds(1)) == .seconds(2))
  }

  @Test("chances of none, half and all")
  func chances() {
    var dice = Dice(seed: 5)
    #expect((0..<200).allSatisfy { _ in !dice.chance(0, in: 4) && dice.chance(4, in: 4) })
    let hits = (0..<2000).count { _ in dice.chance(1, in: 2) }
    #expect(hits > 900 && hits < 1100)
  }

  @Test("instants saturate and never go below zero apart")
  func instants() {
    let now = Instant(nanoseconds: 5)
    #expect(Instant(nanoseconds: .max - 1) + .seconds(1) == .distantFuture)
    #expect(now.since(now + .nanoseconds(3)) == .zero)
    #expect((now + .milliseconds(2)).since(now).milliseconds == 2)
  }

  @Test("a sorted map agrees with a dictionary that is sorted when it is asked", arguments: 1...4)
  func sortedMap(seed: UInt64) {
    var dice = Dice(seed: seed)
    var map = SortedMap<UInt64, UInt64>()
    var oracle: [UInt64: UInt64] = [:]
    for _ in 0..<1500 {
      let (key, value) = (dice.below(60), dice.next())
      switch dice.below(7) {
      case 0...2:
        map[key] = value
        oracle[key] = value
      case 3: #expect(map.remove(key) == oracle.removeValue(forKey: key))
      case 4:
        map[key] = nil
        oracle[key] = nil
      case 5:
        let updated = map.update(key) { old -> UInt64 in
          old &+= 1
          return old
        }
        oracle[key] = oracle[key].map { $0 &+ 1 }
        #expect(updated == oracle[key])
      default:
        let bar = dice.next()
        let removed = dice.chance(1, in: 9) ? map.removeAll(where: { $1 < bar }) : []
        for (key, value) in removed {
          #expect(value < bar)
          #expect(oracle.removeValue(forKey: key) == value)
        }
      }
      #expect(map[key] == oracle[key])
      #expect(map.keys == oracle.keys.sorted())
      #expect(map.values == oracle.sorted { $0.key < $1.key }.map { $0.value })
      #expect(map.count == oracle.count && map.isEmpty == oracle.isEmpty)
    }
    map.updateAll { $1 = $0 }
    #expect(map.allSatisfy { $0 == $1 })
    #expect(SortedMap(map.reversed()) == map)
  }
}
