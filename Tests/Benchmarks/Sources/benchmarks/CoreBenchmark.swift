/// Three cores that talk to each other in memory, on disks that take no time.
enum CoreBenchmark: Part {
  static let name = "core"

  static func run() throws {
    for together in [1, 64] {
      var trio = Trio()
      let turns = 20_000 / together
      let cost = Rounds.cost(turns * together) {
        for _ in 0..<turns { trio.commit(together) }
      }
      Report.cost("propose to commit on all three, \(together) together", cost)
    }
    for together in [1, 64] {
      var trio = Trio()
      let turns = 20_000 / together
      let cost = Rounds.cost(turns * together) { for _ in 0..<turns { trio.read(together) } }
      Report.cost("read index, \(together) together", cost)
    }
  }
}
