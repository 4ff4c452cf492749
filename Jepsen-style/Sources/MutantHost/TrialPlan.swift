import Faults
import SimulatedWorld

/// Which worlds the seeds of a hunt are run in: all of them in turn, and a preferred one every
/// other time.
struct TrialPlan {
  let profile: Profile?
  let nodes: Int?

  private static let profiles = Profile.allCases.filter { $0 != .calm }
  private static let sizes = [3, 5, 3, 7]

  func simulation(_ seed: UInt64) -> Simulation {
    let isPreferred = seed % 2 == 0
    let turn = Int(seed / 2 % 1024)
    let size = Self.sizes[turn / Self.profiles.count % Self.sizes.count]
    let any = Self.profiles[turn % Self.profiles.count]
    return Simulation(
      seed: seed, nodes: isPreferred ? nodes ?? size : size,
      profile: isPreferred ? profile ?? any : any)
  }
}
