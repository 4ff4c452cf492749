import Determinism
import RaftCore
import RaftTypes
import Testing

@Suite("Random walks")
struct RandomWalkTests {
  @Test("whatever happens nothing breaks, and what is healed makes progress", arguments: 0..<40)
  func walk(block: UInt64) throws {
    for seed in (block * 10)..<(block * 10 + 10) {
      var walk = RandomWalk(seed: seed)
      do {
        try walk.wander(steps: 1500)
        try walk.heal()
      } catch {
        Issue.record("seed \(seed): \(error)")
        return
      }
    }
  }
}
