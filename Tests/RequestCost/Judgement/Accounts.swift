/// The accounts of one run, taken together by load.
struct Accounts {
  struct Load {
    let cost: Cost
    /// What the requests cost that the longer phase had more than the shorter one.
    let profile: Profile
    let requests: Int
  }

  let loads: [Load]

  enum Fault: Error {
    /// The run did not end, or valgrind did not see its marks.
    case missing(part: Int)
  }

  /// - Parameter path: valgrind wrote `path.1`, `path.2` and so on, and the last one to `path`.
  init(at path: String) throws {
    try self.init { part in
      (try? TextFile.read("\(path).\(part)")).map { Profile($0) }
    }
  }

  // A mark stands before and behind every phase: the first is account 2, the next account 4.
  init(_ account: (_ part: Int) throws -> Profile?) throws {
    var loads: [Load] = []
    for place in stride(from: 0, to: Workload.phases.count, by: 2) {
      let (short, long) = (Workload.phases[place], Workload.phases[place + 1])
      let parts = [2 * place + 2, 2 * place + 4]
      guard let first = try account(parts[0]), first.part == parts[0] else {
        throw Fault.missing(part: parts[0])
      }
      guard let second = try account(parts[1]), second.part == parts[1] else {
        throw Fault.missing(part: parts[1])
      }
      let requests = long.requests - short.requests
      let profile = second.less(first)
      let cost = Cost(long.load.rawValue, of: profile, requests: requests)
      loads.append(Load(cost: cost, profile: profile, requests: requests))
    }
    self.loads = loads
  }
}
