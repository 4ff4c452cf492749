import Determinism
import RaftCore
import RaftTypes
import Testing

@Suite("Smoke")
struct SmokeTests {
  @Test("three nodes elect and commit")
  func smoke() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    try cluster.propose("x", at: leader)
    try cluster.run(for: .seconds(1))
    #expect(cluster.hasConverged(cluster.ids))
  }
}
